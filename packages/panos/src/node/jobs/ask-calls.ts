import { seconds } from "@understudy/kernel";
import { type Answer, badRequest, CODES, enqueued, refused, result } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { NO_MARKUP } from "../../wire/xml/write.ts";
import { missing } from "../api/answer-call.ts";
import type { Caller, PanosNode } from "../node.ts";
import type { Ask } from "./ask.ts";
import type { Job, JobTask, JobType } from "./job.ts";
import { WILL_SUCCEED } from "./job.ts";
import { enqueue } from "./queue.ts";

/** How long looking something up takes. */
const LOOKUP = seconds(0.5);

/** A job that looks something up. */
export type AskJob = Job & { readonly task: Extract<JobTask, { readonly kind: "ask" }> };

const isAskJob = (job: Job): job is AskJob => job.task.kind === "ask";

/** Starts the job. `word` is what PAN-OS calls it in its answer, such as `query`. */
export function startAsk(node: PanosNode, type: JobType, ask: Ask, word: string, caller: Caller): Promise<Answer> {
  return node.change((state, now) => {
    const job = { type, task: { kind: "ask", ask }, user: caller.admin, length: LOOKUP, fate: WILL_SUCCEED } as const;
    const queued = enqueue(state, job, now);
    return { state: queued.node, result: enqueued(queued.id, `${word} job enqueued with jobid ${queued.id}`) };
  });
}

/** The job that a call's `job-id` names; an answer when it names none of that kind. */
export function askedFor(node: PanosNode, call: ApiCall, kind: Ask["kind"]): AskJob | Answer {
  const id = parameter(call.parameters, "job-id") ?? parameter(call.parameters, "jobid");
  if (id === undefined || id === "") return missing("job-id");
  const job = node.state.jobs.find((candidate) => String(candidate.id) === id);
  return job !== undefined && isAskJob(job) && job.task.ask.kind === kind
    ? job
    : refused(CODES.notPresent, `job ${id} not found`);
}

/** `action=finish`: the job and what came of it are forgotten. */
export function finishAsk(node: PanosNode, job: AskJob): Promise<Answer> {
  return node.change((state) => ({
    state: { ...state, jobs: state.jobs.filter(({ id }) => id !== job.id) },
    result: result(NO_MARKUP),
  }));
}

export const isJob = (found: AskJob | Answer): found is AskJob => "task" in found;

export const illegal = (name: string, value: string): Answer =>
  badRequest(`Illegal value for parameter "${name}" [${value}].`);

/** A whole number between bounds from a call; `undefined` when it is none. */
export function numberOf(call: ApiCall, name: string, fallback: number, max: number): number | undefined {
  const text = parameter(call.parameters, name);
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  return /^\d+$/.test(text) && value <= max ? value : undefined;
}
