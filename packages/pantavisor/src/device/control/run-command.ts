import { type Exit, milliseconds } from "@understudy/kernel";
import { setConfigAll } from "../../wire/config-file.ts";
import { FACTORY_PROGRESS } from "../../wire/progress.ts";
import { runningRevision } from "../../wire/revision-info.ts";
import { isRevisionName } from "../../wire/revision-name.ts";
import type { Core } from "../core.ts";
import { CHECK_IN_WAKE } from "../hub/check-in.ts";
import { CONFIG_FILE, progressFile, stateFile } from "../layout.ts";
import { localRun } from "../update/local-run.ts";
import { nowRunning } from "../update/now-running.ts";
import type { CommandName } from "./commands.ts";
import type { ControlModel } from "./control-model.ts";
import { collectAsConfigured } from "./garbage.ts";
import { updateMetadata } from "./metadata.ts";

/** Carries out the command that waits, and frees its place. */
export async function runCommand(core: Core, model: ControlModel): Promise<Exit | undefined> {
  const { command } = model;
  if (command === undefined) return undefined;
  const name = command.op as CommandName; // only known names come to wait
  core.tell("command", { op: name, payload: command.payload });
  const exit = await carryOut(core, model, name, command.payload);
  model.command = undefined;
  return exit;
}

async function carryOut(
  core: Core,
  model: ControlModel,
  name: CommandName,
  payload: string,
): Promise<Exit | undefined> {
  const updating = core.info.update !== undefined;
  switch (name) {
    case "UPDATE_METADATA":
      await updateMetadata(core, payload);
      return undefined;
    case "REBOOT_DEVICE":
      return updating ? undefined : reboot(core);
    case "POWEROFF_DEVICE":
      return updating ? undefined : { kind: "power-off" };
    case "LOCAL_RUN":
      if (!updating) await localRun(core, payload, "try");
      return undefined;
    case "LOCAL_RUN_COMMIT":
      return !updating && (await localRun(core, payload, "commit")) ? reboot(core) : undefined;
    case "MAKE_FACTORY":
      if (!updating) await makeFactory(core, payload);
      return undefined;
    case "RUN_GC":
      await collectAsConfigured(core, model);
      return undefined;
    case "ENABLE_SSH":
    case "DISABLE_SSH":
      model.settings.set("PV_DEBUG_SSH", name === "ENABLE_SSH" ? "1" : "0");
      return undefined;
    case "GO_REMOTE":
      core.goneRemote = true;
      core.agenda.steps = 0;
      core.world.clock.wake(milliseconds(0), { name: CHECK_IN_WAKE });
      return undefined;
    case "UNCLAIM":
      if (!updating) await unclaim(core);
      return undefined;
    case "TRY_ONCE":
    case "LOCAL_APPLY":
    case "XCONNECT_GRAPH":
    case "DEFER_REBOOT":
      return undefined; // no effect in the original; no debug shell holds a reboot back here
  }
}

const reboot = (core: Core): Exit => ({ kind: "reboot", after: milliseconds(core.settings.timing.rebootMs) });

/** Makes a revision (the running one, when none is named) the factory's, and runs it. */
async function makeFactory(core: Core, payload: string): Promise<void> {
  const { storage } = core.world;
  const source = payload === "" ? runningRevision(core.info) : payload;
  const state = isRevisionName(source) ? await storage.readText(stateFile(source)) : undefined;
  if (state === undefined) {
    core.world.log.warn(`MAKE_FACTORY: there is no revision ${source}.`);
    return;
  }
  await storage.write(stateFile("0"), state);
  await storage.write(progressFile("0"), FACTORY_PROGRESS);
  await storage.sync();
  await core.commit({ rev: "0", try_rev: "0" });
  await nowRunning(core);
}

/** Forgets the device's credentials: it registers as a new one. */
async function unclaim(core: Core): Promise<void> {
  const { storage } = core.world;
  const config = (await storage.readText(CONFIG_FILE)) ?? "";
  const forgotten = {
    PH_CREDS_PRN: undefined,
    PH_CREDS_ID: undefined,
    PH_CREDS_SECRET: undefined,
    PH_CREDS_CHALLENGE: undefined,
    PH_IS_CLAIMED: undefined,
  };
  await storage.write(CONFIG_FILE, setConfigAll(config, forgotten), { mode: 0o600 });
  await storage.sync();
  core.identity = undefined;
  core.claimed = false;
  core.authorization = undefined;
  core.metadataSent = false;
  core.userMetadata = undefined;
  core.change("unclaim", { phase: core.phase(), prn: null, claimed: false, status: null, challenge: null });
  core.world.clock.wake(milliseconds(0), { name: CHECK_IN_WAKE });
}
