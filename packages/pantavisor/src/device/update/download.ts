import { StorageError } from "@understudy/kernel";
import { type HubObject, readObjects } from "../../wire/hub-replies.ts";
import { type Progress, progressOf } from "../../wire/progress.ts";
import type { UpdateRecord } from "../../wire/revision-info.ts";
import type { Core } from "../core.ts";
import { ask, jsonOf } from "../hub/exchange.ts";
import { isTrouble, successful, unreadable } from "../hub/trouble.ts";
import { objectFile, partialFile } from "../layout.ts";
import { collectGarbage } from "../storage/collect-garbage.ts";
import { fetchObject } from "./fetch-object.ts";
import { type Present, planDownloads } from "./plan-downloads.ts";
import type { Outcome } from "./plan-update.ts";
import { sendProgress } from "./report.ts";

/** The cloud is told how far a download is at most so often. */
const REPORT_EVERY_MS = 6_000;

export type Downloaded =
  | { readonly ok: true; readonly download: NonNullable<UpdateRecord["download"]> }
  | { readonly ok: false; readonly outcome: Outcome };

/**
 * Fetches what is missing of a step's objects, one after another, and makes it durable. Throws for what trying again may mend;
 * what was fetched until then stays.
 */
export async function download(core: Core, update: UpdateRecord): Promise<Downloaded> {
  const objects = await listObjects(core, update.revision);
  const plan = planDownloads(objects, await lookAt(core, objects));
  if (!plan.ok) return failed("WONTGO", plan.refusal);
  const needed = plan.size - plan.present;
  const free = await roomFor(core, needed);
  if (needed > free) return failed("WONTGO", `Space required ${needed} B, available ${free} B`);
  const meter = new Meter(core, update, plan.size, plan.present);
  try {
    for (const fetch of plan.fetches) {
      const before = meter.downloaded;
      const wrong = await fetchObject(core, fetch, (bytes) => meter.arrived(bytes));
      if (wrong !== undefined)
        return failed("ERROR", `Object validation went wrong: expected ${wrong.expected}, got ${wrong.got}`);
      meter.downloaded = before - fetch.from + fetch.object.size;
    }
  } catch (error) {
    if (error instanceof StorageError && error.code === "full")
      return failed("WONTGO", `Space required ${needed} B, available ${free} B`);
    throw error;
  } finally {
    await core.world.storage.sync();
  }
  return {
    ok: true,
    download: {
      size: plan.size,
      startSeconds: Math.floor(update.since / 1_000),
      endSeconds: Math.floor(core.now / 1_000),
    },
  };
}

/** Free bytes, after garbage was collected if they did not suffice. */
async function roomFor(core: Core, needed: number): Promise<number> {
  const { storage } = core.world;
  const { free } = await storage.usage();
  if (needed <= free) return free;
  await collectGarbage(core, true);
  return (await storage.usage()).free;
}

const failed = (status: Outcome["status"], message: string): Downloaded => ({
  ok: false,
  outcome: { status, message },
});

async function listObjects(core: Core, revision: number): Promise<readonly HubObject[]> {
  const what = `the objects of revision ${revision}`;
  const reply = successful(await ask(core, "GET", `/trails/${core.identity?.id}/steps/${revision}/objects`), what);
  const read = readObjects(await jsonOf(reply));
  if (!read.ok) throw unreadable(what, read.problem);
  return read.value;
}

/** What the device has of each object. A file whose content does not fit its name counts as missing. */
async function lookAt(core: Core, objects: readonly HubObject[]): Promise<ReadonlyMap<string, Present>> {
  const { storage } = core.world;
  const present = new Map<string, Present>();
  for (const { sha256 } of objects) {
    if (!/^[0-9a-f]{64}$/.test(sha256)) continue; // the plan refuses it
    const whole = await storage.blob(objectFile(sha256));
    const partial = whole?.sha256 === sha256 ? 0 : ((await storage.stat(partialFile(sha256)))?.size ?? 0);
    present.set(sha256, { sha256: whole?.sha256, partial });
  }
  return present;
}

/** Counts what comes in, and tells the cloud now and then. */
class Meter {
  readonly #core: Core;
  readonly #update: UpdateRecord;
  readonly #size: number;
  #told: number;
  downloaded: number;

  constructor(core: Core, update: UpdateRecord, size: number, downloaded: number) {
    this.#core = core;
    this.#update = update;
    this.#size = size;
    this.downloaded = downloaded;
    this.#told = core.now;
  }

  async arrived(bytes: number): Promise<void> {
    this.downloaded += bytes;
    if (this.#core.now - this.#told < REPORT_EVERY_MS) return;
    this.#told = this.#core.now;
    const progress = this.#progress();
    this.#core.change(
      "update-progress",
      { progress: progress.progress },
      { downloaded: this.downloaded, size: this.#size },
    );
    try {
      await sendProgress(this.#core, this.#update.revision, progress);
    } catch (error) {
      if (!isTrouble(error)) throw error;
      this.#core.world.log.debug("the hub was not told how far the download is"); // the next report says it
    }
  }

  #progress(): Progress {
    const share = this.#size === 0 ? 1 : this.downloaded / this.#size;
    const total = {
      total_size: this.#size,
      total_downloaded: this.downloaded,
      start_time: Math.floor(this.#update.since / 1_000),
      current_time: Math.floor(this.#core.now / 1_000),
    };
    return progressOf("DOWNLOADING", 10 + Math.floor(share * 40), "Downloading the artifacts for the new revision.", {
      total,
      objects: null,
    });
  }
}
