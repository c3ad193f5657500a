import { isRecord, parseJsonOrNothing } from "../../wire/fields.ts";
import { processedOf, runningRevision } from "../../wire/revision-info.ts";
import { hubRevision, isRevisionName, isSha256 } from "../../wire/revision-name.ts";
import { readState } from "../../wire/state/read-state.ts";
import type { Core } from "../core.ts";
import { objectFile, progressFile, stateFile } from "../layout.ts";
import { nowRunning } from "./now-running.ts";

const APPLIED = '{"status":"DONE","status-msg":"Local run applied","progress":100,"data":""}';

/**
 * Runs a revision that is on the device already, without the cloud. `try`: until another one is run; `commit`: it becomes the one to fall
 * back to. False when it cannot be run; its progress says why, unless there is no such revision.
 */
export async function localRun(core: Core, revision: string, how: "try" | "commit"): Promise<boolean> {
  const words = how === "commit" ? "LOCAL_RUN_COMMIT" : "LOCAL_RUN";
  core.say(`${words} requested for revision: ${revision}`);
  const refusal = await refusalOf(core, revision);
  if (refusal !== undefined) {
    core.tell("local-run-refused", { revision, reason: refusal.message });
    if (refusal.known)
      await writeProgress(
        core,
        revision,
        JSON.stringify({ status: "WONTGO", "status-msg": refusal.message, progress: 100, retries: 0 }),
      );
    return false;
  }
  const processed = Math.max(processedOf(core.info), hubRevision(revision) ?? 0);
  await writeProgress(core, revision, APPLIED);
  await core.commit({ rev: how === "commit" ? revision : core.info.rev, try_rev: revision, processed });
  core.change("local-run", { revision: runningRevision(core.info) }, { how });
  await nowRunning(core);
  core.say(`${words} completed for revision ${revision}`);
  return true;
}

async function writeProgress(core: Core, revision: string, text: string): Promise<void> {
  await core.world.storage.write(progressFile(revision), text);
}

interface Refusal {
  readonly message: string;
  /** The revision is there, so that its progress can say what is wrong. */
  readonly known: boolean;
}

async function refusalOf(core: Core, revision: string): Promise<Refusal | undefined> {
  const text = isRevisionName(revision) ? await core.world.storage.readText(stateFile(revision)) : undefined;
  if (text === undefined) return { message: "State JSON not found", known: false };
  const value = parseJsonOrNothing(text)?.value;
  if (!isRecord(value) || !readState(value).ok) return { message: "State JSON has bad format", known: true };
  for (const sha256 of Object.values(value)) {
    if (typeof sha256 !== "string" || !isSha256(sha256)) continue;
    if ((await core.world.storage.blob(objectFile(sha256)))?.sha256 !== sha256)
      return { message: "Object validation went wrong", known: true };
  }
  return undefined;
}
