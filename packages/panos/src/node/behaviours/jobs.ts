import { CODES, refused, result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { jobsMessage, type PushedDevice, type ShownJob, shownInstant, shownTime } from "../../wire/messages/job.ts";
import { isFinished, type Job, type PushTarget, progressOf } from "../jobs/job.ts";
import { positionInQueue, withJob } from "../jobs/queue.ts";
import type { Behavior, PanosNode } from "../node.ts";

/** A job as it is told. */
export function shown(node: PanosNode, job: Job): ShownJob {
  return {
    id: job.id,
    type: job.type,
    user: job.user,
    status: job.end !== undefined ? "FIN" : job.started === undefined ? "PEND" : "ACT",
    result: job.end?.result ?? "PEND",
    progress: progressOf(job, node.now()),
    enqueuedAt: shownInstant(job.enqueued),
    dequeuedAt: shownTime(job.started),
    finishedAt: shownInstant(job.end?.at),
    description: job.description ?? "",
    position: positionInQueue(node.state.jobs, job),
    stoppable: job.end === undefined && job.task.kind !== "autocommit",
    details: job.end?.details ?? [],
    warnings: job.end?.warnings ?? [],
    ...(job.task.kind === "push"
      ? {
          progress: progressOfPush(job, job.task.targets),
          devices: job.task.targets.map((target) => shownTarget(job, target)),
        }
      : {}),
  };
}

const progressOfPush = (job: Job, targets: readonly PushTarget[]): number =>
  job.end !== undefined
    ? 100
    : Math.floor((targets.filter(({ result }) => result !== "PEND").length / targets.length) * 99);

const STATUS = { PEND: "in progress", OK: "succeeded", FAIL: "failed" } as const;

const shownTarget = (job: Job, target: PushTarget): PushedDevice => ({
  serial: target.serial,
  hostname: target.hostname,
  result: target.result,
  status: `${job.type === "CommitAll" ? "commit" : "install"} ${STATUS[target.result]}`,
  startedAt: shownTime(target.startedAt),
  finishedAt: shownTime(target.endedAt),
  errors: target.result === "FAIL" ? target.lines : [],
  warnings: target.result === "OK" ? target.lines : [],
});

const list = (node: PanosNode, jobs: readonly Job[]) =>
  result(jobsMessage.render([...jobs].reverse().map((job) => shown(node, job))));

/** Job numbers are signed and have 32 bits on devices, so the largest unsigned one is told as `-1`. */
const asJobNumber = (id: string): string => (/^\d+$/.test(id) ? String(Number(BigInt.asIntN(32, BigInt(id)))) : id);

const notFound = (id: string) => refused(CODES.notPresent, `job ${id} not found`);

const showsJob: Behavior<PanosNode> = {
  on: "show.jobs.id",
  handle: (node, command) => {
    const id = asJobNumber(argumentText(command));
    const job = node.state.jobs.find((candidate) => String(candidate.id) === id);
    return job === undefined ? notFound(id) : list(node, [job]);
  },
};

const showsAllJobs: Behavior<PanosNode> = { on: "show.jobs.all", handle: (node) => list(node, node.state.jobs) };

const showsPendingJobs: Behavior<PanosNode> = {
  on: "show.jobs.pending",
  handle: (node) =>
    list(
      node,
      node.state.jobs.filter((job) => !isFinished(job)),
    ),
};

const showsProcessedJobs: Behavior<PanosNode> = {
  on: "show.jobs.processed",
  handle: (node) => list(node, node.state.jobs.filter(isFinished)),
};

const stopsJob: Behavior<PanosNode> = {
  on: "clear.job.id",
  handle: (node, command) =>
    node.change((state, now) => {
      const id = asJobNumber(argumentText(command));
      const job = state.jobs.find((candidate) => String(candidate.id) === id);
      if (job === undefined) return { state, result: notFound(id) };
      if (job.end !== undefined || job.task.kind === "autocommit")
        return { state, result: refused(CODES.notPossible, `job ${id} cannot be stopped`) };
      const end = { at: now, result: "FAIL", details: ["Job is stopped"], warnings: [] } as const;
      return { state: withJob(state, { ...job, end }), result: result(jobsMessage.render([])) };
    }),
};

export const jobBehaviors: readonly Behavior<PanosNode>[] = [
  showsJob,
  showsAllJobs,
  showsPendingJobs,
  showsProcessedJobs,
  stopsJob,
];
