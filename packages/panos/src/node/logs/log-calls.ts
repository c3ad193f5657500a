import { type Answer, CODES, refused, result } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { renderLogReply } from "../../wire/logs/log-reply.ts";
import { parseQuery } from "../../wire/logs/query.ts";
import { missing } from "../api/answer-call.ts";
import { type AskJob, askedFor, finishAsk, illegal, isJob, numberOf, startAsk } from "../jobs/ask-calls.ts";
import { progressOf } from "../jobs/job.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { LOG_TYPES } from "./log-types.ts";
import { lookUp } from "./look-up.ts";

const DEFAULT_COUNT = 20;
const MAX_COUNT = 5000;

/** Answers `type=log`: starts a query, fetches what it found, or ends it. */
export async function answerLog(node: RecordingNode, call: ApiCall, caller: Caller): Promise<Answer> {
  const action = parameter(call.parameters, "action") ?? "";
  if (action === "") return start(node, call, caller);
  if (action !== "get" && action !== "finish") return illegal("action", action);
  const job = askedFor(node, call, "log");
  if (!isJob(job)) return job;
  return action === "finish" ? finishAsk(node, job) : fetchLogs(node, job);
}

function start(node: RecordingNode, call: ApiCall, caller: Caller): Answer | Promise<Answer> {
  const logType = parameter(call.parameters, "log-type") ?? "";
  if (logType === "") return missing("log-type");
  if (!Object.hasOwn(LOG_TYPES, logType)) return illegal("log-type", logType);
  const given = (name: string): string => parameter(call.parameters, name) ?? "";
  const count = numberOf(call, "nlogs", DEFAULT_COUNT, MAX_COUNT);
  const skip = numberOf(call, "skip", 0, Number.MAX_SAFE_INTEGER);
  if (count === undefined) return illegal("nlogs", given("nlogs"));
  if (skip === undefined) return illegal("skip", given("skip"));
  const direction = given("dir") || "backward";
  if (direction !== "backward" && direction !== "forward") return illegal("dir", direction);
  const uniq = given("uniq") || "no";
  if (uniq !== "yes" && uniq !== "no") return illegal("uniq", uniq);
  const query = given("query");
  if (parseQuery(query) === undefined)
    return refused(CODES.invalidCommand, ` query -> ${query.slice(0, 200)}  is invalid`);
  const ask = {
    kind: "log",
    logType,
    query,
    count,
    skip,
    newestFirst: direction === "backward",
    unique: uniq === "yes",
  } as const;
  return startAsk(node, "Log", ask, "query", caller);
}

async function fetchLogs(node: RecordingNode, job: AskJob): Promise<Answer> {
  const { ask } = job.task;
  const query = ask.kind === "log" ? parseQuery(ask.query) : undefined;
  if (ask.kind !== "log" || query === undefined) return refused(CODES.notPresent, `job ${job.id} not found`);
  const records = job.end === undefined ? [] : await lookUp(node, { ...ask, query, until: job.enqueued });
  const status = { id: job.id, enqueued: job.enqueued, started: job.started, ended: job.end?.at };
  return result(renderLogReply({ job: status, progress: progressOf(job, node.now()), records }), CODES.success);
}
