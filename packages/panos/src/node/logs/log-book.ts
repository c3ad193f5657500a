import type { NodeFiles } from "../files/node-files.ts";
import type { LogEntry, NewLog } from "./log-entry.ts";

/** Logs are kept in two files; when the newer one has grown to this, the older one is dropped. */
export const LOG_FILE_BYTES = 128 * 1024;

const CURRENT = "logs/current.jsonl";
const PREVIOUS = "logs/previous.jsonl";

/** The first line of a file: number of its first entry. */
interface Head {
  readonly first: number;
}

/**
 * What a node has logged. Nothing is in memory: a node that logs nothing costs nothing. Entries are appended and reach the
 * disk for good with the node's next sync; a power cut may take the last ones, as it does on real devices.
 */
export class LogBook {
  readonly #files: NodeFiles;
  readonly #opening: () => readonly NewLog[];
  #last: Promise<void> | undefined;

  /** `opening` is what the book begins with; asked for until something was written. */
  constructor(files: NodeFiles, opening: () => readonly NewLog[] = () => []) {
    this.#files = files;
    this.#opening = opening;
  }

  /** Adds entries, one call after another. A call that fails leaves the next ones alone. */
  note(entries: readonly NewLog[]): Promise<void> {
    return entries.length === 0 ? Promise.resolve() : this.#inTurn(() => this.#append(entries));
  }

  /** Forgets entries of one kind. */
  clear(type: NewLog["type"]): Promise<void> {
    return this.#inTurn(() => this.#rewrite(type));
  }

  /** Everything that is left, oldest first. */
  async entries(): Promise<readonly LogEntry[]> {
    const previous = parseFile(await this.#files.readText(PREVIOUS));
    const text = await this.#files.readText(CURRENT);
    const current = parseFile(text ?? linesOf(this.#opening().map(stored)));
    if (current.entries.length === 0) return previous.entries;
    return [...previous.entries.filter(({ seq }) => seq < current.first), ...current.entries];
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const work = this.#last === undefined ? change() : this.#last.then(change);
    const settled: Promise<void> = work.then(ignore, ignore).then(() => {
      if (this.#last === settled) this.#last = undefined;
    });
    this.#last = settled;
    return work;
  }

  async #rewrite(without: NewLog["type"]): Promise<void> {
    const left = (await this.entries()).filter(({ type }) => type !== without);
    await this.#files.write(CURRENT, linesOf([{ first: left[0]?.seq ?? 1 }, ...left.map(stored)]));
    await this.#files.remove(PREVIOUS);
  }

  async #append(entries: readonly NewLog[]): Promise<void> {
    const size = (await this.#files.stat(CURRENT))?.size ?? 0;
    const head = size === 0 ? await this.#begin() : size > LOG_FILE_BYTES ? await this.#turn() : [];
    await this.#files.append(CURRENT, linesOf([...head, ...entries.map(stored)]));
  }

  /** What stands first in the book, or in what follows a file that a power cut took. */
  async #begin(): Promise<readonly (Head | StoredEntry)[]> {
    const first = await this.#after(PREVIOUS);
    return first === 1 ? [{ first }, ...this.#opening().map(stored)] : [{ first }];
  }

  /** The current file becomes the previous one. */
  async #turn(): Promise<readonly Head[]> {
    const first = await this.#after(CURRENT);
    await this.#files.rename(CURRENT, PREVIOUS);
    return [{ first }];
  }

  /** Number of the entry that follows those of a file. */
  async #after(path: string): Promise<number> {
    const { first, entries } = parseFile(await this.#files.readText(path));
    return first + entries.length;
  }
}

const ignore = (): void => undefined;

/** An entry as a short line: time, kind, subtype, fields. */
type StoredEntry = readonly [at: number, type: string, subtype: string, fields: Readonly<Record<string, string>>];

const stored = (entry: NewLog | LogEntry): StoredEntry => [entry.at, entry.type, entry.subtype, entry.fields];

const linesOf = (values: readonly (Head | StoredEntry)[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

function parseFile(text: string | undefined): { readonly first: number; readonly entries: readonly LogEntry[] } {
  let first = 1;
  const entries: LogEntry[] = [];
  for (const line of (text ?? "").split("\n")) {
    const value = parseLine(line);
    if (value === undefined) continue;
    if ("first" in value) first = value.first;
    else {
      const [at, type, subtype, fields] = value;
      entries.push({ seq: first + entries.length, at: at as LogEntry["at"], type, subtype, fields }); // written from an instant
    }
  }
  return { first, entries };
}

/** A last line that a power cut has cut off is no entry. */
function parseLine(line: string): Head | StoredEntry | undefined {
  if (line === "") return undefined;
  try {
    return JSON.parse(line) as Head | StoredEntry; // written by `linesOf`
  } catch {
    return undefined;
  }
}
