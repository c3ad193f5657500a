import { hours, type Instant, later, type Storage } from "@understudy/kernel";
import type { StateReport } from "../../wire/cloud/state-report.ts";

/** Reports that could not be sent, one file each, named by number (a real agent: table `offline_queue`). */
const FOLDER = "agent/queue";
/** At most so many wait; the oldest is dropped. */
export const QUEUE_LIMIT = 1_000;
/** Older ones are dropped instead of sent. */
const LIFETIME = hours(24);
const DIGITS = 9;

export interface QueuedReport {
  readonly path: string;
  readonly queuedAt: Instant;
  readonly report: StateReport;
}

/** Puts a report behind the others; durable when the promise resolves. Resolves to how many were dropped for it. */
export async function enqueue(storage: Storage, report: StateReport, now: Instant): Promise<number> {
  const names = await storage.list(FOLDER);
  const last = names.at(-1);
  const number = last === undefined ? 1 : Number.parseInt(last, 10) + 1;
  const excess = Math.max(0, names.length + 1 - QUEUE_LIMIT);
  for (const name of names.slice(0, excess)) await storage.remove(`${FOLDER}/${name}`);
  const path = `${FOLDER}/${String(number).padStart(DIGITS, "0")}.json`;
  await storage.write(path, JSON.stringify({ queuedAt: now, report }));
  await storage.sync();
  return excess;
}

/** The oldest report that is still worth sending; drops those before it that are too old or cannot be read. */
export async function oldest(storage: Storage, now: Instant): Promise<QueuedReport | undefined> {
  for (const name of await storage.list(FOLDER)) {
    const path = `${FOLDER}/${name}`;
    const row = readRow(await storage.readText(path));
    if (row !== undefined && later(row.queuedAt, LIFETIME) >= now) return { path, ...row };
    await storage.remove(path);
  }
  return undefined;
}

/** Takes a report that was sent out of the queue. Not synced: sent twice is better than synced for each. */
export const dequeue = (storage: Storage, { path }: QueuedReport): Promise<void> => storage.remove(path);

function readRow(text: string | undefined): Omit<QueuedReport, "path"> | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Omit<QueuedReport, "path">; // Written by enqueue in one piece.
  } catch {
    return undefined; // Not ours, or damaged: a queued report is not worth stopping for.
  }
}
