import { type Instant, instant, parseIso, toIso } from "@understudy/kernel";

/** One line of a device's log file: `<time> [<subsystem>] <message>`. */
export interface LogLine {
  readonly at: Instant;
  readonly subsystem: string;
  readonly message: string;
}

/** An entry as `POST /logs/` takes it. */
export interface LogEntry {
  readonly tsec: number;
  readonly tnano: number;
  readonly rev: string;
  readonly plat: string;
  readonly src: string;
  readonly lvl: string;
  readonly msg: string;
}

/** At most so many entries go into one push. */
export const MAX_ENTRIES = 100;

/** A message of several lines becomes several lines of the file, all with the same time. */
export const renderLogLine = (line: LogLine): string =>
  line.message
    .split(/\r?\n/)
    .filter((part) => part !== "")
    .map((part) => `${toIso(line.at)} [${line.subsystem}] ${part}\n`)
    .join("");

/**
 * The entry of a line; `undefined` for an empty one. A line without a time (from another program, or torn by a power cut) gets
 * `otherwise`.
 */
export function logEntryOf(text: string, revision: string, otherwise: Instant): LogEntry | undefined {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  if (line.trim() === "") return undefined;
  const space = line.indexOf(" ");
  const at = space > 0 ? parseIso(line.slice(0, space)) : undefined;
  const time = at ?? otherwise;
  return {
    tsec: Math.floor(time / 1_000),
    tnano: (time % 1_000) * 1_000_000,
    rev: revision,
    plat: "pantavisor",
    src: "/pantavisor.log",
    lvl: "INFO",
    msg: at === undefined ? line : line.slice(space + 1),
  };
}

/** A piece of a log file, cut into entries. `end` is the offset behind the last whole line that was taken. */
export interface LogPiece {
  readonly entries: readonly LogEntry[];
  readonly end: number;
}

/**
 * Cuts at most {@link MAX_ENTRIES} entries out of `bytes`, which begin at file offset `start`. A last line without its end is
 * left for later.
 */
export function cutLog(bytes: Uint8Array, start: number, revision: string, now: Instant = instant(0)): LogPiece {
  const entries: LogEntry[] = [];
  const decoder = new TextDecoder();
  let from = 0;
  while (entries.length < MAX_ENTRIES) {
    const end = bytes.indexOf(10, from);
    if (end < 0) break;
    const entry = logEntryOf(decoder.decode(bytes.subarray(from, end)), revision, now);
    if (entry !== undefined) entries.push(entry);
    from = end + 1;
  }
  return { entries, end: start + from };
}
