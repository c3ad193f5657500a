import type { Decision } from "../../wire/automation.ts";
import type { FinalStatus, Progress } from "../../wire/progress.ts";
import { NO_DOWNLOADS, progressOf } from "../../wire/progress.ts";
import type { RevisionInfo, UpdateRecord, UpdateStage } from "../../wire/revision-info.ts";
import type { Timing } from "../settings.ts";

/** What the cloud can be told at most once per boot and stage; `installed` is the second report of its stage. */
export type Report = UpdateStage | "installed";

/** How an update ends. */
export interface Outcome {
  readonly status: FinalStatus;
  readonly message: string;
}

/** What to do next about an update. */
export type UpdateAction =
  | { readonly do: "tell"; readonly report: Report; readonly progress: Progress }
  | { readonly do: "enter"; readonly stage: UpdateStage }
  | { readonly do: "download" }
  | { readonly do: "install" }
  | { readonly do: "ask" }
  | { readonly do: "decide"; readonly decision: Decision }
  | { readonly do: "wait"; readonly until: number | undefined }
  | { readonly do: "reboot" }
  | { readonly do: "try" }
  | { readonly do: "finish"; readonly outcome: Outcome }
  | { readonly do: "tell-end" };

/** What the planner has to know besides what is stored. Times in milliseconds since 1970. */
export interface UpdateCircumstances {
  readonly now: number;
  readonly timing: Timing;
  /** The last report of this boot that the cloud has taken. */
  readonly told: string | undefined;
  /** This boot began in the middle of the reboot. */
  readonly cameUpTrying: boolean;
}

/** What is taken when nobody answers. */
export const UNANSWERED: Decision = "done";

const ENDS: Readonly<Record<Decision, Outcome>> = Object.freeze({
  done: { status: "DONE", message: "Update finished, revision set as rollback point" },
  updated: { status: "UPDATED", message: "Update finished (Immediate)" },
  error: { status: "ERROR", message: "User marked update as ERROR" },
  wontgo: { status: "WONTGO", message: "User rejected update (WONTGO)" },
});

/**
 * The next step of the running update, or of telling its end; `undefined` when there is nothing to do. Asked again after every
 * step, so that a power cut is only another starting point.
 */
export function planUpdate(info: RevisionInfo, now: UpdateCircumstances): UpdateAction | undefined {
  if (info.untold !== undefined) return { do: "tell-end" };
  const { update } = info;
  return update === undefined ? undefined : planStage(update, now);
}

function planStage(update: UpdateRecord, now: UpdateCircumstances): UpdateAction {
  const { stage } = update;
  switch (stage) {
    case "queued":
      return now.told === "queued" ? { do: "enter", stage: "downloading" } : tell("queued", update);
    case "downloading":
      if (now.told !== "downloading") return tell("downloading", update);
      if (now.now < update.since + now.timing.downloadMs)
        return { do: "wait", until: update.since + now.timing.downloadMs };
      return { do: "download" };
    case "installing":
      if (now.told !== "installing" && now.told !== "installed") return tell("installing", update);
      if (now.now < update.since + now.timing.installMs)
        return { do: "wait", until: update.since + now.timing.installMs };
      return now.told === "installed" ? { do: "install" } : tell("installed", update);
    case "testing":
      return now.told === "testing" || update.decision !== undefined ? planTest(update, now) : tell("testing", update);
    case "rebooting":
      if (now.cameUpTrying) return { do: "try" };
      return now.told === "rebooting" ? { do: "reboot" } : tell("rebooting", update);
  }
}

function planTest(update: UpdateRecord, now: UpdateCircumstances): UpdateAction {
  const { asked, decision } = update;
  if (decision === "done") return { do: "enter", stage: "rebooting" };
  if (decision !== undefined) return { do: "finish", outcome: ENDS[decision] };
  if (asked === undefined) return { do: "ask" };
  if (asked.deadline !== undefined && asked.deadline <= now.now) return { do: "decide", decision: UNANSWERED };
  return { do: "wait", until: asked.deadline };
}

/** The end of an update whose new revision came up after the reboot. */
export const SUCCESS: Outcome = ENDS.done;

const tell = (report: Report, update: UpdateRecord): UpdateAction => ({
  do: "tell",
  report,
  progress: progressFor(report, update),
});

/** What the cloud is told at the beginning of each stage. */
export function progressFor(report: Report, update: UpdateRecord): Progress {
  switch (report) {
    case "queued":
      return progressOf("QUEUED", 0, "Revision put to queue");
    case "downloading":
      return progressOf("DOWNLOADING", 10, "Downloading the artifacts for the new revision.");
    case "installing":
      return progressOf("INPROGRESS", 50, "Update objects downloaded", downloadsOf(update));
    case "installed":
      return progressOf("INPROGRESS", 60, "Update applied", downloadsOf(update));
    case "testing":
      return progressOf("TESTING", 75, "Awaiting to see if update is stable", downloadsOf(update));
    case "rebooting":
      return progressOf("INPROGRESS", 80, "Simulating reboot...", downloadsOf(update));
  }
}

/** The last report of an update. */
export const endOf = (outcome: Outcome, update: UpdateRecord | undefined): Progress =>
  progressOf(
    outcome.status,
    outcome.status === "DONE" || outcome.status === "UPDATED" ? 100 : 0,
    outcome.message,
    update === undefined ? NO_DOWNLOADS : downloadsOf(update),
  );

function downloadsOf(update: UpdateRecord): Progress["downloads"] {
  const { download } = update;
  if (download === undefined) return NO_DOWNLOADS;
  const { size, startSeconds, endSeconds } = download;
  return {
    total: { total_size: size, total_downloaded: size, start_time: startSeconds, current_time: endSeconds },
    objects: null,
  };
}

/** What the stored record becomes when the update ends so: at once wholly new, or wholly old. */
export function finished(info: RevisionInfo, update: UpdateRecord, outcome: Outcome): RevisionInfo {
  const revision = String(update.revision);
  const untold = { revision: update.revision, progress: endOf(outcome, update) };
  switch (outcome.status) {
    case "DONE":
      return { rev: revision, try_rev: revision, untold };
    case "UPDATED":
      return { rev: info.rev, try_rev: revision, processed: update.revision, untold };
    case "ERROR":
    case "WONTGO":
    case "CANCELLED":
      return { rev: info.rev, try_rev: info.rev, processed: update.revision, untold };
  }
}

/** What the record becomes when the cloud knows of the end. An updated revision becomes the one to fall back to. */
export function settled(info: RevisionInfo): RevisionInfo {
  const { untold, ...rest } = info;
  if (untold?.progress.status !== "UPDATED") return rest;
  const revision = String(untold.revision);
  return { rev: revision, try_rev: revision };
}
