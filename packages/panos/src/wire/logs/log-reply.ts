import type { Instant } from "@understudy/kernel";
import { timeOfDay } from "../time.ts";
import { leaves, type Markup, xml } from "../xml/write.ts";

/** One line of a log as it is told: its number and its fields in order. */
export interface LogRecord {
  readonly id: number;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** How a query of a log stands. */
export interface LogReply {
  readonly job: LookupStatus;
  /** Percent. */
  readonly progress: number;
  readonly records: readonly LogRecord[];
}

/** How a job that looks something up stands. */
export interface LookupStatus {
  readonly id: number;
  readonly enqueued: Instant;
  readonly started: Instant | undefined;
  readonly ended: Instant | undefined;
}

/** The part of the answer that tells of the job. */
export function lookupStatus(job: LookupStatus, more?: Markup): Markup {
  const time = (at: Instant | undefined): string => (at === undefined ? "" : timeOfDay(at));
  const status = job.ended !== undefined ? "FIN" : job.started === undefined ? "PEND" : "ACT";
  return xml`<job>${leaves({ tenq: time(job.enqueued), tdeq: time(job.started), tlast: time(job.ended), status, id: job.id })}${more}</job>`;
}

/** The content of `result` for `type=log&action=get`. */
export function renderLogReply({ job, progress, records }: LogReply): Markup {
  const entries = records.map(({ id, fields }) => xml`<entry logid="${id}">${leaves(fields)}</entry>`);
  return xml`${lookupStatus(job, xml`<cached-logs>${records.length}</cached-logs>`)}<log><logs count="${records.length}" progress="${progress}">${entries}</logs></log>`;
}
