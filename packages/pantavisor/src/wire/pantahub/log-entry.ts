import { misfit, tooMuch } from "./misfit.ts";

/** A line of a device's log as the device sends it. */
export interface NewLogEntry {
  readonly tsec: number;
  readonly tnano: number;
  readonly rev: string;
  readonly plat: string;
  readonly src: string;
  readonly lvl: string;
  readonly msg: string;
}

/** A line of a device's log as Pantahub shows it. Zero and empty members are left out, except `id` and `time-created`. */
export interface LogEntryResource extends Partial<NewLogEntry> {
  readonly id: string;
  readonly dev?: string;
  readonly own?: string;
  readonly "time-created": string;
}

/** A page of log lines. */
export interface LogPage {
  readonly start: number;
  readonly page: number;
  readonly count: number;
  /** With `cursor` always there, also when nothing follows. */
  readonly "next-cursor"?: string;
  /** Left out when empty. */
  readonly entries?: readonly LogEntryResource[];
}

/** Most lines that one POST may carry. The C client sends at most 200. */
export const MAX_LOG_BATCH = 10_000;

/** Reads the body of a POST: one entry or an array. `lvl` defaults to `INFO`. Throws `WireError`. */
export function parseLogBatch(body: unknown): readonly NewLogEntry[] {
  const items = Array.isArray(body) ? (body as readonly unknown[]) : [body];
  if (items.length > MAX_LOG_BATCH) {
    throw tooMuch("body", `${items.length} entries`, `at most ${MAX_LOG_BATCH}`);
  }
  return items.map((item, at) => parseLogEntry(item, Array.isArray(body) ? `body[${at}]` : "body"));
}

function parseLogEntry(item: unknown, where: string): NewLogEntry {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    throw misfit(where, item, "a log entry");
  }
  const given = item as Readonly<Record<string, unknown>>; // Checked.
  const text = (name: string): string => {
    const value = given[name] ?? "";
    if (typeof value === "string") return storable(value);
    throw misfit(`${where}.${name}`, value, "a text");
  };
  const integer = (name: string): number => {
    const value = given[name] ?? 0;
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    throw misfit(`${where}.${name}`, value, "an integer");
  };
  return {
    tsec: integer("tsec"),
    tnano: integer("tnano"),
    rev: text("rev"),
    plat: text("plat"),
    src: text("src"),
    lvl: text("lvl") || "INFO",
    msg: text("msg"),
  };
}

/** Devices log what their programs print, zero bytes included; what no table can hold becomes U+FFFD. */
const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");

/** Puts the members in order and leaves out what is zero or empty. */
export function logEntryResource(entry: LogEntryResource): LogEntryResource {
  return {
    id: entry.id,
    ...(entry.dev && { dev: entry.dev }),
    ...(entry.own && { own: entry.own }),
    "time-created": entry["time-created"],
    ...(entry.tsec && { tsec: entry.tsec }),
    ...(entry.tnano && { tnano: entry.tnano }),
    ...(entry.rev && { rev: entry.rev }),
    ...(entry.plat && { plat: entry.plat }),
    ...(entry.src && { src: entry.src }),
    ...(entry.lvl && { lvl: entry.lvl }),
    ...(entry.msg && { msg: entry.msg }),
  };
}
