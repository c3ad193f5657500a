import { json } from "@understudy/kernel";
import { setConfigAll } from "../../wire/config-file.ts";
import { FACTORY_STATE } from "../../wire/factory-state.ts";
import { isRecord, parseJsonOrNothing, type UnknownRecord } from "../../wire/fields.ts";
import { readOwner } from "../../wire/hub-replies.ts";
import { BOOTSTRAP_PROGRESS, FACTORY_PROGRESS } from "../../wire/progress.ts";
import type { Core, Identity } from "../core.ts";
import { CONFIG_FILE, progressFile, stateFile } from "../layout.ts";
import { ask, attempt, jsonOf } from "./exchange.ts";
import { successful, unreadable } from "./trouble.ts";
import { uploadObjects } from "./upload-objects.ts";

/** Looks whether somebody owns the device by now, and if so gives it its trail. */
export async function pollClaim(core: Core, identity: Identity): Promise<void> {
  await attempt(core, "claim");
  const reply = successful(await ask(core, "GET", `/devices/${identity.id}`), "the claim poll");
  const read = readOwner(await jsonOf(reply));
  if (!read.ok) throw unreadable("the claim poll", read.problem);
  const { owner, challenge } = read.value;
  if (owner === undefined) {
    core.say(`Device ID: ${identity.id}`);
    if (challenge !== undefined) core.say(`Challenge: ${challenge}`);
    core.say("Device not claimed. Polling status...");
    const shown = challenge ?? null;
    if (core.state.phase !== "unclaimed" || (core.state["challenge"] ?? null) !== shown) {
      core.change("unclaimed", { phase: core.phase(), challenge: shown });
    }
    return;
  }
  core.say(`Device CLAIMED by ${owner}! Initializing cloud state...`);
  core.authorization = undefined; // a token carries the owner of the moment it was given
  await bootstrap(core, identity);
  core.claimed = true;
  core.say("Cloud bootstrap complete.");
  core.change("claimed", { phase: core.phase(), claimed: true, status: "DONE", challenge: null }, { owner });
}

/** Makes the trail with the factory's state. Safe to repeat: the claim is stored last. */
async function bootstrap(core: Core, identity: Identity): Promise<void> {
  const { storage } = core.world;
  const state = await factoryState(core);
  await uploadObjects(core, state);
  const reply = await ask(core, "POST", "/trails/", json(state));
  if (reply.status !== 200) {
    const trail = await ask(core, "GET", `/trails/${identity.id}`);
    if (trail.status !== 200) successful(reply, "the first trail");
  }
  successful(
    await ask(core, "PUT", `/trails/${identity.id}/steps/0/progress`, json(BOOTSTRAP_PROGRESS)),
    "the first progress",
  );
  await writeFactoryFiles(core);
  const config = (await storage.readText(CONFIG_FILE)) ?? "";
  await storage.write(CONFIG_FILE, setConfigAll(config, { PH_IS_CLAIMED: "1", PH_CREDS_CHALLENGE: undefined }), {
    mode: 0o600,
  });
  await storage.sync();
}

/** What revision 0 consists of: the stored state where a user or a factory put one. */
async function factoryState(core: Core): Promise<UnknownRecord> {
  const text = await core.world.storage.readText(stateFile("0"));
  const state = text === undefined ? undefined : parseJsonOrNothing(text)?.value;
  return isRecord(state) ? state : FACTORY_STATE;
}

/** Revision 0 as files; files that are there already stay. */
export async function writeFactoryFiles(core: Core): Promise<void> {
  if (core.settings.layout === "least") return;
  const { storage } = core.world;
  if ((await storage.stat(stateFile("0"))) === undefined)
    await storage.write(stateFile("0"), JSON.stringify(FACTORY_STATE));
  if ((await storage.stat(progressFile("0"))) === undefined) await storage.write(progressFile("0"), FACTORY_PROGRESS);
}
