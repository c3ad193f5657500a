import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type EventRecorder, eventLine, type LabEvent } from "@understudy/kernel";

const CHUNK = 1024 * 1024;
const READ_BYTES = 64 * 1024;
const NEWLINE = 10;

/** Collects the event lines of one cell in memory while it runs, and writes them to a file of its own at the end. */
export class EventSpool implements EventRecorder {
  readonly #chunks: Buffer[] = [];
  #text = "";

  record(event: LabEvent): void {
    this.#text += `${eventLine(event)}\n`;
    if (this.#text.length >= CHUNK) this.#seal();
  }

  writeTo(folder: string, cell: number): void {
    this.#seal();
    writeFileSync(spoolFile(folder, cell), Buffer.concat(this.#chunks));
  }

  #seal(): void {
    if (this.#text.length > 0) this.#chunks.push(Buffer.from(this.#text));
    this.#text = "";
  }
}

const spoolFile = (folder: string, cell: number): string => join(folder, `cell-${cell}.jsonl`);

/**
 * Merges the spools of cells 0 … `cells` - 1 into one event file, ordered by (virtual time, cell, sequence), and removes them.
 * Each spool is in order already; only one block of each is in memory.
 */
export function mergeSpools(folder: string, cells: number, into: string): void {
  const heap = new SpoolHeap();
  const out = openSync(into, "w");
  let pending: Buffer[] = [];
  let size = 0;
  const flush = (): void => {
    if (size > 0) writeSync(out, Buffer.concat(pending));
    pending = [];
    size = 0;
  };
  try {
    for (let cell = 0; cell < cells; cell++) {
      const spool = new SpoolReader(spoolFile(folder, cell), cell);
      if (spool.line === undefined) spool.remove();
      else heap.push(spool);
    }
    for (let first = heap.first; first?.line !== undefined; first = heap.first) {
      pending.push(first.line);
      size += first.line.length;
      if (size >= CHUNK) flush();
      first.advance();
      if (first.line === undefined) {
        heap.pop();
        first.remove();
      } else {
        heap.sink();
      }
    }
    flush();
  } finally {
    closeSync(out);
  }
}

/** Reads a spool line by line; `line` keeps its line break. */
class SpoolReader {
  readonly cell: number;
  readonly #path: string;
  readonly #file: number;
  #rest: Buffer = Buffer.alloc(0);
  line: Buffer | undefined;
  t = 0;

  constructor(path: string, cell: number) {
    this.#path = path;
    this.cell = cell;
    this.#file = openSync(path, "r");
    this.advance();
  }

  advance(): void {
    let end = this.#rest.indexOf(NEWLINE);
    while (end < 0) {
      const block = Buffer.allocUnsafe(READ_BYTES);
      const read = readSync(this.#file, block);
      if (read === 0) {
        this.line = undefined;
        return;
      }
      this.#rest = Buffer.concat([this.#rest, block.subarray(0, read)]);
      end = this.#rest.indexOf(NEWLINE);
    }
    this.line = this.#rest.subarray(0, end + 1);
    this.#rest = this.#rest.subarray(end + 1);
    this.t = Number.parseInt(this.line.toString("latin1", 5, 25), 10); // every line begins with {"t":
  }

  remove(): void {
    closeSync(this.#file);
    rmSync(this.#path);
  }
}

/** A binary heap of spools by (time, cell). */
class SpoolHeap {
  readonly #spools: SpoolReader[] = [];

  get first(): SpoolReader | undefined {
    return this.#spools[0];
  }

  push(spool: SpoolReader): void {
    this.#spools.push(spool);
    for (let at = this.#spools.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): void {
    const last = this.#spools.pop();
    if (last === undefined || this.#spools.length === 0) return;
    this.#spools[0] = last;
    this.sink();
  }

  /** Puts the first spool, whose line has changed, in its place. */
  sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let least = at;
      if (left < this.#spools.length && this.#before(left, least)) least = left;
      if (left + 1 < this.#spools.length && this.#before(left + 1, least)) least = left + 1;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const one = this.#spools[a];
    const other = this.#spools[b];
    if (one === undefined || other === undefined) return false;
    return one.t < other.t || (one.t === other.t && one.cell < other.cell);
  }

  #swap(a: number, b: number): void {
    const one = this.#spools[a];
    const other = this.#spools[b];
    if (one === undefined || other === undefined) return;
    this.#spools[a] = other;
    this.#spools[b] = one;
  }
}
