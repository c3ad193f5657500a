import type { Duration, Instant } from "@understudy/kernel";
import type { NodeState } from "../state.ts";
import {
  dueOf,
  isFinished,
  isRunning,
  type Job,
  type JobEnd,
  type JobFate,
  type JobTask,
  type JobType,
} from "./job.ts";

/** Finished jobs a node remembers; older ones are forgotten. */
export const REMEMBERED_JOBS = 200;

/** Types of which one runs at a time on a node, whatever the others are. */
const ONE_AT_A_TIME: ReadonlySet<JobType> = new Set([
  "Commit",
  "CommitAll",
  "Validate",
  "AutoCom",
  "Content",
  "Install",
  "AntiVirus",
  "WildFire-Content",
  "HA-Sync",
]);

export interface NewJob {
  readonly type: JobType;
  readonly task: JobTask;
  readonly user: string;
  readonly length: Duration;
  readonly fate: JobFate;
  readonly description?: string;
}

/** Puts a job into the queue; it starts with the next {@link advanceJobs}. */
export function enqueue(node: NodeState, job: NewJob, now: Instant): { readonly node: NodeState; readonly id: number } {
  const id = node.lastJob + 1;
  return { node: { ...node, lastJob: id, jobs: [...forgetOldest(node.jobs), { ...job, id, enqueued: now }] }, id };
}

function forgetOldest(jobs: readonly Job[]): readonly Job[] {
  if (jobs.filter(isFinished).length < REMEMBERED_JOBS) return jobs;
  const oldest = jobs.find(isFinished);
  return jobs.filter((job) => job !== oldest);
}

/** Place in the queue from 1; 0 for a job that runs or has ended. */
export function positionInQueue(jobs: readonly Job[], job: Job): number {
  if (job.started !== undefined || job.end !== undefined) return 0;
  return jobs.filter((other) => other.started === undefined && other.end === undefined && other.id <= job.id).length;
}

/** What the end of a job does to its node. `result` is FAIL where the task itself finds that it cannot be done. */
export interface Finish {
  readonly node: NodeState;
  readonly result?: "FAIL";
  readonly details: readonly string[];
  readonly warnings?: readonly string[];
}

/** The end of a task that was not made to fail. Pure. */
export type FinishTask = (node: NodeState, job: Job, at: Instant) => Finish;

export interface Advance {
  readonly node: NodeState;
  /** What has ended, oldest first. */
  readonly ended: readonly Job[];
}

/** Ends what is due and starts what may start, until nothing changes. Calling it again with the same `now` changes nothing. */
export function advanceJobs(node: NodeState, now: Instant, finish: FinishTask): Advance {
  let current = startWaiting(node, now);
  const ended: Job[] = [];
  for (;;) {
    const next = firstDue(current.jobs, now);
    if (next === undefined) return { node: current, ended };
    const { node: after, job } = endJob(current, next.job, next.at, finish);
    ended.push(job);
    current = startWaiting(after, next.at);
  }
}

/** When {@link advanceJobs} has something to do next; `undefined`: not until a job is added. */
export function nextDue(node: NodeState): Instant | undefined {
  let earliest: Instant | undefined;
  for (const job of node.jobs) {
    const due = dueOf(job);
    if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due;
  }
  return earliest;
}

function firstDue(jobs: readonly Job[], now: Instant): { readonly job: Job; readonly at: Instant } | undefined {
  let first: { job: Job; at: Instant } | undefined;
  for (const job of jobs) {
    const at = dueOf(job);
    if (at !== undefined && at <= now && (first === undefined || at < first.at)) first = { job, at };
  }
  return first;
}

function endJob(
  node: NodeState,
  job: Job,
  at: Instant,
  finish: FinishTask,
): { readonly node: NodeState; readonly job: Job } {
  const done: Finish =
    job.fate.kind === "fail" ? { node, result: "FAIL", details: job.fate.reason } : finish(node, job, at);
  const end: JobEnd = { at, result: done.result ?? "OK", details: done.details, warnings: done.warnings ?? [] };
  const finished = { ...job, end };
  return { node: withJob(done.node, finished), job: finished };
}

/** The node with one of its jobs replaced. */
export const withJob = (node: NodeState, job: Job): NodeState => ({
  ...node,
  jobs: node.jobs.map((other) => (other.id === job.id ? job : other)),
});

function startWaiting(node: NodeState, now: Instant): NodeState {
  let laneTaken = node.jobs.some((job) => isRunning(job) && ONE_AT_A_TIME.has(job.type));
  let changed = false;
  const jobs = node.jobs.map((job) => {
    if (job.started !== undefined || job.end !== undefined) return job;
    const exclusive = ONE_AT_A_TIME.has(job.type);
    if (exclusive && laneTaken) return job;
    laneTaken ||= exclusive;
    changed = true;
    return { ...job, started: now };
  });
  return changed ? { ...node, jobs } : node;
}
