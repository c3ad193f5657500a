import type { Instant } from "../time/units.ts";
import { VIRTUAL_EPOCH } from "../time/units.ts";
import type { Content } from "./content.ts";
import { compareText } from "./text-order.ts";

/** Stands in a tree for a file that is gone, although the layer below still has it. */
export const GONE: unique symbol = Symbol("gone");

/** What a place in a tree holds. */
export type Entry = Content | typeof GONE;

/** One file as a tree has it, or its change since the last sync. */
export interface Change {
  readonly path: string;
  readonly entry: Entry;
  readonly modified: Instant;
}

/** Above this many files an insertion moves entries in place, with room to spare; below, the list is kept exactly as long as needed. */
const TIGHT_FILES = 64;
const WIDTH = 3;

/**
 * Files sorted by path in one flat list of path, content and time: some 24 bytes per file, where a `Map` with a record for each takes
 * five times as much. Times count from {@link VIRTUAL_EPOCH}, since V8 keeps small integers in place.
 */
export class Tree {
  #slots: (string | Entry | number)[] = [];

  get size(): number {
    return this.#slots.length / WIDTH;
  }

  get(path: string): Entry | undefined {
    const at = this.#find(path);
    return at >= 0 ? this.entryAt(at) : undefined;
  }

  modifiedOf(path: string): Instant | undefined {
    const at = this.#find(path);
    return at >= 0 ? this.modifiedAt(at) : undefined;
  }

  pathAt(index: number): string {
    return this.#slots[index * WIDTH] as string; // slots come in threes: path, entry, time
  }

  entryAt(index: number): Entry {
    return this.#slots[index * WIDTH + 1] as Entry;
  }

  modifiedAt(index: number): Instant {
    return ((this.#slots[index * WIDTH + 2] as number) + VIRTUAL_EPOCH) as Instant;
  }

  set(path: string, entry: Entry, modified: Instant): void {
    const found = this.#find(path);
    const at = (found >= 0 ? found : ~found) * WIDTH;
    if (found >= 0) {
      this.#slots[at + 1] = entry;
      this.#slots[at + 2] = modified - VIRTUAL_EPOCH;
    } else if (this.size < TIGHT_FILES) {
      this.#slots = this.#slots.toSpliced(at, 0, path, entry, modified - VIRTUAL_EPOCH);
    } else {
      this.#slots.splice(at, 0, path, entry, modified - VIRTUAL_EPOCH);
    }
  }

  delete(path: string): void {
    const at = this.#find(path);
    if (at < 0) return;
    if (this.size <= TIGHT_FILES) this.#slots = this.#slots.toSpliced(at * WIDTH, WIDTH);
    else this.#slots.splice(at * WIDTH, WIDTH);
  }

  /** Index of the first file at or after that path. */
  ceilingIndex(path: string): number {
    const at = this.#find(path);
    return at >= 0 ? at : ~at;
  }

  /** The first path at or after that one. */
  ceiling(path: string): string | undefined {
    const at = this.ceilingIndex(path);
    return at < this.size ? this.pathAt(at) : undefined;
  }

  /** All entries as changes, in order. */
  changes(): Change[] {
    const changes: Change[] = [];
    for (let at = 0; at < this.size; at++) {
      changes.push({ path: this.pathAt(at), entry: this.entryAt(at), modified: this.modifiedAt(at) });
    }
    return changes;
  }

  /** Its index, or the complement of the index where it would stand. */
  #find(path: string): number {
    let low = 0;
    let high = this.size - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = compareText(this.pathAt(middle), path);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return ~low;
  }
}

/** Follows two lists of paths as one: the smaller of both. */
export const smallerPath = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined ? b : b === undefined ? a : compareText(a, b) <= 0 ? a : b;
