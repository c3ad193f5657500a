import { type Answer, CODES, MALFORMED, refused, result } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { parseQuery } from "../../wire/logs/query.ts";
import { renderReportReply } from "../../wire/reports/report-reply.ts";
import { missing } from "../api/answer-call.ts";
import { type AskJob, askedFor, finishAsk, illegal, isJob, numberOf, startAsk } from "../jobs/ask-calls.ts";
import { progressOf } from "../jobs/job.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { type CustomReport, configuredReport, inlineReport } from "./custom-report.ts";
import { DYNAMIC_REPORTS, PREDEFINED_REPORTS } from "./known-reports.ts";
import { makeReport } from "./make-report.ts";
import { periodOf } from "./period.ts";

const DEFAULT_TOP = 25;
const MAX_TOP = 5000;
/** Name of a report whose definition comes with the call. */
const INLINE = "custom-dynamic-report";

/** Answers `type=report`: starts a report, fetches it, or ends its job. */
export async function answerReport(node: RecordingNode, call: ApiCall, caller: Caller): Promise<Answer> {
  const action = parameter(call.parameters, "action") ?? "";
  if (action === "") return start(node, call, caller);
  if (action !== "get" && action !== "finish") return illegal("action", action);
  const job = askedFor(node, call, "report");
  if (!isJob(job)) return job;
  return action === "finish" ? finishAsk(node, job) : fetchReport(node, job);
}

function start(node: RecordingNode, call: ApiCall, caller: Caller): Answer | Promise<Answer> {
  const given = (name: string): string => parameter(call.parameters, name) ?? "";
  const reportType = given("reporttype");
  const name = given("reportname");
  if (reportType === "") return missing("reporttype");
  if (reportType !== "dynamic" && reportType !== "predefined" && reportType !== "custom")
    return illegal("reporttype", reportType);
  if (name === "") return missing("reportname");
  const report = definitionOf(node, reportType, name, given("cmd"));
  if (report === "malformed") return MALFORMED;
  if (report === undefined) return refused(CODES.notPresent, `report ${name} does not exist`);
  if (parseQuery(report.form.query) === undefined) return refused(CODES.invalidCommand, " query  is invalid");
  const top = numberOf(call, "topn", report.top ?? DEFAULT_TOP, MAX_TOP);
  if (top === undefined) return illegal("topn", given("topn"));
  const word = given("period") || report.period || (reportType === "predefined" ? "last-calendar-day" : "last-hour");
  const period = periodOf(word, node.now());
  if (period === undefined) return illegal("period", word);
  return startAsk(node, "Report", { kind: "report", name, form: report.form, ...period, top }, "Report", caller);
}

function definitionOf(
  node: RecordingNode,
  reportType: "dynamic" | "predefined" | "custom",
  name: string,
  inline: string,
): CustomReport | "malformed" | undefined {
  if (name === INLINE) return inlineReport(inline, name) ?? "malformed";
  if (reportType === "custom") return configuredReport(node, name);
  const known = reportType === "dynamic" ? DYNAMIC_REPORTS : PREDEFINED_REPORTS;
  const form = Object.hasOwn(known, name) ? known[name] : undefined;
  return form === undefined ? undefined : { form, period: undefined, top: undefined };
}

function fetchReport(node: RecordingNode, job: AskJob): Answer {
  const { ask } = job.task;
  if (ask.kind !== "report") return refused(CODES.notPresent, `job ${job.id} not found`);
  const status = { id: job.id, enqueued: job.enqueued, started: job.started, ended: job.end?.at };
  const report = job.end === undefined ? undefined : makeReport(node, ask, job.end.at);
  return result(renderReportReply(status, progressOf(job, node.now()), report), CODES.success);
}
