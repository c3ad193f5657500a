import type { Instant } from "@understudy/kernel";

/** Something a node is asked to look up or to put together by a job. What comes of it is made when it is fetched. */
export type Ask =
  | {
      readonly kind: "log";
      readonly logType: string;
      readonly query: string;
      readonly count: number;
      readonly skip: number;
      readonly newestFirst: boolean;
      /** Of entries that tell the same only the first is wanted; absent: all are. */
      readonly unique?: boolean;
    }
  | {
      readonly kind: "report";
      readonly name: string;
      readonly form: ReportForm;
      readonly from: Instant;
      readonly to: Instant;
      /** Lines at most. */
      readonly top: number;
    }
  | { readonly kind: "tech-support" };

/** What a report is about. */
export interface ReportForm {
  readonly title: string;
  /** As reports name their source, such as `appstat`. */
  readonly logType: string;
  /** Kind of log it is made from. */
  readonly source: string;
  /** Field its lines are grouped by. */
  readonly groupBy: string;
  readonly query: string;
}
