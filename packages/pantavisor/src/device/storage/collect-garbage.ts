import { isRecord, parseJsonOrNothing } from "../../wire/fields.ts";
import { runningRevision } from "../../wire/revision-info.ts";
import { isLocalRevision, isSha256 } from "../../wire/revision-name.ts";
import type { Core } from "../core.ts";
import { objectFile, progressFile, stateFile } from "../layout.ts";
import { GARBAGE_AFTER, objectNames, removeRevision, revisionNames } from "./kept-files.ts";

/**
 * Removes revisions that neither run, nor are being tried, nor are what the device falls back to, and objects that none of the rest
 * names. Uploads are spared for ten minutes, local revisions that have not run for as long. Resolves to the bytes of removed objects.
 */
export async function collectGarbage(core: Core, keepFactory: boolean): Promise<number> {
  const { info } = core;
  const needed = new Set([info.rev, info.try_rev, runningRevision(info), ...(keepFactory ? ["0"] : [])]);
  const kept: string[] = [];
  for (const name of await revisionNames(core)) {
    if (needed.has(name) || (isLocalRevision(name) && (await isFresh(core, stateFile(name))))) kept.push(name);
    else await removeStale(core, name);
  }
  const named = await objectsOf(core, kept);
  let reclaimed = 0;
  for (const sha256 of await objectNames(core)) {
    const file = objectFile(sha256);
    if (named.has(sha256) || (await isFresh(core, file))) continue;
    reclaimed += (await core.world.storage.stat(file))?.size ?? 0;
    await core.world.storage.remove(file);
  }
  await core.world.storage.sync();
  return reclaimed;
}

/** The end of the last update is needed to know what the cloud was told; only its state goes. */
async function removeStale(core: Core, name: string): Promise<void> {
  if (name === String(core.info.processed)) await core.world.storage.remove(stateFile(name));
  else if ((await core.world.storage.stat(progressFile(name))) !== undefined) await removeRevision(core, name);
}

async function isFresh(core: Core, file: string): Promise<boolean> {
  const modified = (await core.world.storage.stat(file))?.modified;
  return modified !== undefined && core.now - modified < GARBAGE_AFTER;
}

async function objectsOf(core: Core, revisions: readonly string[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const revision of revisions) {
    const text = await core.world.storage.readText(stateFile(revision));
    const state = text === undefined ? undefined : parseJsonOrNothing(text)?.value;
    if (!isRecord(state)) continue;
    for (const value of Object.values(state)) if (typeof value === "string" && isSha256(value)) names.add(value);
  }
  return names;
}
