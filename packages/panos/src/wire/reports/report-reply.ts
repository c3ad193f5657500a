import type { Instant } from "@understudy/kernel";
import { type LookupStatus, lookupStatus } from "../logs/log-reply.ts";
import { dateTime } from "../time.ts";
import { leaves, type Markup, xml } from "../xml/write.ts";

/** A report as it is told. */
export interface ShownReport {
  readonly name: string;
  readonly title: string;
  readonly logType: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly generatedAt: Instant;
  readonly lines: readonly Readonly<Record<string, string | number>>[];
}

/** The content of `result` for `type=report&action=get`; `undefined`: the job is not done. */
export function renderReportReply(job: LookupStatus, progress: number, report: ShownReport | undefined): Markup {
  const status = lookupStatus(job, xml`<percent>${progress}</percent>`);
  return report === undefined ? status : xml`${status}${renderReport(report)}`;
}

const epoch = (at: Instant): number => Math.floor(at / 1000);

function renderReport({ name, title, logType, from, to, generatedAt, lines }: ShownReport): Markup {
  const range = `${dateTime(from)} - ${dateTime(to)}`;
  return xml`<report reportname="${name}" logtype="${logType}" name="${title}" start="${dateTime(from)}" start-epoch="${epoch(from)}" end="${dateTime(to)}" end-epoch="${epoch(to)}" generated-at="${dateTime(generatedAt)}" generated-at-epoch="${epoch(generatedAt)}" range="${range}">${lines.map((line) => xml`<entry>${leaves(line)}</entry>`)}</report>`;
}
