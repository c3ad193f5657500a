import type { Instant } from "@understudy/kernel";
import type { Job, PushDigests, PushTarget } from "../../node/jobs/job.ts";
import { withJob } from "../../node/jobs/queue.ts";
import type { NodeState } from "../../node/state.ts";

/** What became of a push on one firewall. */
export interface PushResult {
  readonly order: string;
  readonly result: "OK" | "FAIL";
  readonly lines: readonly string[];
}

/** The node with a firewall's result noted; a result that is known already changes nothing. */
export function noteResult(node: NodeState, serial: string, outcome: PushResult, now: Instant): NodeState {
  const job = node.jobs.find(
    (candidate) =>
      candidate.end === undefined && candidate.task.kind === "push" && candidate.task.order === outcome.order,
  );
  return job === undefined
    ? node
    : settle(node, job, (target) => (target.serial === serial ? ended(target, outcome, now) : target), now);
}

/** Ends what waits for firewalls that will not report any more. */
export function failPending(
  node: NodeState,
  reason: string,
  now: Instant,
  isGone: (target: PushTarget, order: string) => boolean,
): NodeState {
  let current = node;
  for (const job of node.jobs) {
    if (job.end !== undefined || job.task.kind !== "push") continue;
    const { order } = job.task;
    const fails = (target: PushTarget): boolean => target.result === "PEND" && isGone(target, order);
    current = settle(
      current,
      job,
      (target) => (fails(target) ? ended(target, { result: "FAIL", lines: [reason] }, now) : target),
      now,
    );
  }
  return current;
}

/** Orders of configurations that firewalls have not reported on yet. */
export const pendingOrders = ({ jobs }: NodeState): readonly string[] =>
  jobs.flatMap(({ task, end }) =>
    end === undefined && task.kind === "push" && task.targets.some(isConfiguration) ? [task.order] : [],
  );

/** The firewall works on it by itself; all else ends with the Panorama that was at it. */
export const isConfiguration = ({ digests }: PushTarget): boolean => digests !== undefined;

/** What a firewall was to take over by an order; `undefined` once it is known how that ended. */
export function pendingDigests({ jobs }: NodeState, serial: string, order: string): PushDigests | undefined {
  for (const { task, end } of jobs)
    if (end === undefined && task.kind === "push" && task.order === order)
      return task.targets.find((target) => target.serial === serial && target.result === "PEND")?.digests;
  return undefined;
}

const ended = (target: PushTarget, { result, lines }: Omit<PushResult, "order">, now: Instant): PushTarget =>
  target.result === "PEND" ? { ...target, result, lines, endedAt: now } : target;

const DONE: Partial<Record<Job["type"], string>> = { CommitAll: "Configuration committed successfully" };

/** The job ends with its last firewall. */
function settle(node: NodeState, job: Job, change: (target: PushTarget) => PushTarget, now: Instant): NodeState {
  const { task } = job;
  if (task.kind !== "push") return node;
  const targets = task.targets.map(change);
  if (targets.every((target, at) => target === task.targets[at])) return node;
  const next = { ...job, task: { ...task, targets } };
  if (targets.some(({ result }) => result === "PEND")) return withJob(node, next);
  const failed = targets.filter(({ result }) => result === "FAIL").length;
  const details =
    failed === 0 ? [DONE[job.type] ?? "Successfully installed"] : [`${failed} of ${targets.length} devices failed`];
  return withJob(node, { ...next, end: { at: now, result: failed === 0 ? "OK" : "FAIL", details, warnings: [] } });
}
