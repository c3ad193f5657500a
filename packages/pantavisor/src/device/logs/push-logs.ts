import { json } from "@understudy/kernel";
import { cutLog } from "../../wire/log-entries.ts";
import { isLocalRevision } from "../../wire/revision-name.ts";
import type { Core } from "../core.ts";
import { ask, attempt } from "../hub/exchange.ts";
import { isBusy, refusal } from "../hub/trouble.ts";
import { logFile, logOffsetFile } from "../layout.ts";
import { MAX_LOG_BYTES } from "./device-log.ts";

/** Batches that one push sends at most; the rest waits for the next. */
const MOST_BATCHES = 10;

/** Sends what the hub has not got yet of every revision's log, from where the last push stopped. */
export async function pushLogs(core: Core): Promise<void> {
  await attempt(core, "push-logs");
  let batches = 0;
  for (const revision of await loggedRevisions(core)) {
    while (batches < MOST_BATCHES && (await pushBatch(core, revision))) batches++;
  }
}

async function loggedRevisions(core: Core): Promise<readonly string[]> {
  const { storage } = core.world;
  const names = (await storage.list("logs")).filter((name) => name !== "current" && !isLocalRevision(`${name}/`));
  return [...names, ...(await storage.list("logs/locals")).map((name) => `locals/${name}`)];
}

/** False when nothing is left. A batch that the hub refuses for good is given up, so that the next ones get through. */
async function pushBatch(core: Core, revision: string): Promise<boolean> {
  const { storage } = core.world;
  const offset = await offsetOf(core, revision);
  const size = (await storage.stat(logFile(revision)))?.size ?? 0;
  if (size <= offset || size > MAX_LOG_BYTES * 2) return false;
  const bytes = (await storage.read(logFile(revision)))?.subarray(offset) ?? new Uint8Array();
  const { entries, end } = cutLog(bytes, offset, revision, core.now);
  if (end === offset) return false;
  if (entries.length > 0) {
    core.say(() => `Pushing ${entries.length} log entries for revision ${revision}...`, "logger");
    const reply = await ask(core, "POST", "/logs/", json(entries));
    if (reply.status === 401 || reply.status === 403 || reply.status >= 500 || isBusy(reply.status))
      throw refusal(reply, "the logs");
    if (reply.status !== 200)
      core.world.log.warn("the hub does not take log entries; they are dropped", {
        status: reply.status,
        entries: entries.length,
      });
  }
  await storage.write(logOffsetFile(revision), String(end));
  await storage.sync();
  return entries.length > 0;
}

async function offsetOf(core: Core, revision: string): Promise<number> {
  const text = (await core.world.storage.readText(logOffsetFile(revision))) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
