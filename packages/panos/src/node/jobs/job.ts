import type { Duration, Instant } from "@understudy/kernel";
import type { Coverage } from "../config/journal.ts";
import type { Ask } from "./ask.ts";

export type JobType =
  | "AutoCom"
  | "Downld"
  | "SWInstall"
  | "Install"
  | "Content"
  | "WildFire-Content"
  | "AntiVirus"
  | "Commit"
  | "CommitAll"
  | "Validate"
  | "HA-Sync"
  | "Exec"
  | "Log"
  | "Report"
  | "EDLRefresh"
  | "Auth";

/** What a job does when it ends. */
export type JobTask =
  | { readonly kind: "autocommit" }
  | { readonly kind: "download"; readonly version: string; readonly syncToPeer: boolean }
  | {
      readonly kind: "install";
      readonly version: string;
      readonly warnings?: readonly string[];
      readonly order?: string;
    }
  /** On Panorama: fetches a release that is for firewalls. */
  | { readonly kind: "firewall-image"; readonly version: string }
  | { readonly kind: "content-download"; readonly update: UpdateKind; readonly version: string }
  | { readonly kind: "content-install"; readonly update: UpdateKind; readonly version: string; readonly order?: string }
  /** On Panorama: fetches an update that is for firewalls. */
  | { readonly kind: "firewall-update"; readonly update: UpdateKind; readonly version: string }
  /** Refreshes, exports and the like: only takes its time. */
  | { readonly kind: "other"; readonly details: readonly string[] }
  /** Looks something up; what came of it is made when it is fetched. */
  | { readonly kind: "ask"; readonly ask: Ask }
  /** Puts a document that was written down when the job was ordered into force. */
  | {
      readonly kind: "commit";
      readonly admin: string;
      readonly document: string;
      readonly coverage: Coverage;
      readonly warnings: readonly string[];
    }
  | { readonly kind: "validate"; readonly warnings: readonly string[] }
  /** Takes over the active peer's configuration. */
  | { readonly kind: "ha-sync"; readonly document: string; readonly coverage: Coverage }
  /** Takes over what Panorama has pushed. `order` names the push on Panorama. */
  | { readonly kind: "pushed"; readonly document: string; readonly order: string }
  /** On Panorama: waits for what its firewalls report. */
  | { readonly kind: "push"; readonly order: string; readonly targets: readonly PushTarget[] };

export type UpdateKind = "content" | "anti-virus" | "wildfire";

/** The order of Panorama that a job of a firewall is part of; `undefined`: nobody waits for it. */
export const orderOfTask = (task: JobTask): string | undefined =>
  task.kind === "pushed" || task.kind === "install" || task.kind === "content-install" ? task.order : undefined;

/** How a push stands on one firewall. */
export interface PushTarget {
  readonly serial: string;
  readonly hostname: string;
  readonly result: "PEND" | "OK" | "FAIL";
  readonly lines: readonly string[];
  readonly startedAt: Instant;
  readonly endedAt?: Instant;
  /** Of what is pushed; absent where the firewall is not given a configuration. */
  readonly digests?: PushDigests;
}

/** Stand for what a firewall is to take over; an absent part is not pushed. */
export interface PushDigests {
  readonly policy?: string;
  readonly template?: string;
}

/** How a job will end, known when it starts. */
export type JobFate =
  | { readonly kind: "ok" }
  /** Ends as FAIL after that share (0 … 1) of its length. */
  | { readonly kind: "fail"; readonly reason: readonly string[]; readonly share: number }
  /** Never ends by itself. */
  | { readonly kind: "stuck"; readonly percent: number };

export const WILL_SUCCEED: JobFate = Object.freeze({ kind: "ok" });

/** A job as it is stored. Its progress is computed from when it started. */
export interface Job {
  readonly id: number;
  readonly type: JobType;
  readonly user: string;
  readonly description?: string;
  readonly task: JobTask;
  readonly enqueued: Instant;
  /** Absent while it waits in the queue. */
  readonly started?: Instant;
  readonly length: Duration;
  readonly fate: JobFate;
  /** Present = FIN. */
  readonly end?: JobEnd;
}

export interface JobEnd {
  readonly at: Instant;
  readonly result: "OK" | "FAIL";
  readonly details: readonly string[];
  readonly warnings: readonly string[];
}

export const isFinished = (job: Job): job is Job & { readonly end: JobEnd } => job.end !== undefined;
export const isRunning = (job: Job): boolean => job.started !== undefined && job.end === undefined;

/** When a running job ends; `undefined` for one that waits, has ended, or never will. */
export function dueOf(job: Job): Instant | undefined {
  if (job.started === undefined || job.end !== undefined) return undefined;
  switch (job.fate.kind) {
    case "ok":
      return (job.started + job.length) as Instant; // an instant plus a duration
    case "fail":
      return (job.started + Math.round(job.length * job.fate.share)) as Instant; // an instant plus a duration
    case "stuck":
      return undefined;
  }
}

/** A job's progress in whole percent: 100 once it has ended, at most 99 before. */
export function progressOf(job: Job, now: Instant): number {
  if (job.end !== undefined) return 100;
  if (job.started === undefined) return 0;
  const share = job.length === 0 ? 1 : (now - job.started) / job.length;
  const ceiling = job.fate.kind === "stuck" ? job.fate.percent : 99;
  return Math.max(0, Math.min(ceiling, Math.floor(share * 100)));
}
