import type { Instant } from "@understudy/kernel";

/** Kinds of logs a node writes down. All others are computed when somebody asks. */
export type KeptLogType = "config" | "system" | "userid" | "iptag";

/** Something that is to be logged. */
export interface NewLog {
  readonly at: Instant;
  readonly type: KeptLogType;
  readonly subtype: string;
  /** By the names that queries and replies use. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Something that was logged. */
export interface LogEntry {
  /** Counts from 1 within one node; computed logs have numbers of their own. */
  readonly seq: number;
  readonly at: Instant;
  /** As in a query: `config`, `system`, `traffic` … */
  readonly type: string;
  readonly subtype: string;
  readonly fields: Readonly<Record<string, string>>;
}
