import type { Instant } from "@understudy/kernel";
import type { Job, PushTarget } from "../../node/jobs/job.ts";
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

/** Firewalls that have gone, or a Panorama that has, leave no push pending. */
export function failPending(node: NodeState, reason: string, now: Instant, serial?: string): NodeState {
  let current = node;
  for (const job of node.jobs) {
    if (job.end !== undefined || job.task.kind !== "push") continue;
    const fails = (target: PushTarget): boolean =>
      target.result === "PEND" && (serial === undefined || target.serial === serial);
    current = settle(
      current,
      job,
      (target) => (fails(target) ? ended(target, { result: "FAIL", lines: [reason] }, now) : target),
      now,
    );
  }
  return current;
}

const ended = (target: PushTarget, { result, lines }: Omit<PushResult, "order">, now: Instant): PushTarget =>
  target.result === "PEND" ? { ...target, result, lines, endedAt: now } : target;

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
    failed === 0 ? ["Configuration committed successfully"] : [`${failed} of ${targets.length} devices failed`];
  return withJob(node, { ...next, end: { at: now, result: failed === 0 ? "OK" : "FAIL", details, warnings: [] } });
}
