import { compareValues, type Scalar } from "../value-order.ts";

/** A row's place in a table: indexes hold places, so that a replaced row costs no index anything. */
export class Place {
  row: object;

  constructor(row: object) {
    this.row = row;
  }
}

/** Longest run of places; a full one is split in halves. */
const RUN = 256;

/** Which places to visit: from a position to before another one. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Places sorted by some columns, in runs of at most 256. Finding is O(log n), inserting O(log n + 256). Positions hold until the next change. */
export class SortedRows {
  readonly columns: readonly string[];
  #runs: Place[][] = [[]];

  constructor(columns: readonly string[], places: Iterable<Place>) {
    this.columns = columns;
    const sorted = [...places].sort((a, b) => this.#compare(a.row, b.row));
    if (sorted.length > 0) this.#runs = [];
    for (let at = 0; at < sorted.length; at += RUN / 2) this.#runs.push(sorted.slice(at, at + RUN / 2));
  }

  add(place: Place): void {
    const at = this.position((row) => this.#compare(row, place.row) < 0);
    const index = Math.min(Math.floor(at / RUN), this.#runs.length - 1);
    const run = this.#run(index);
    run.splice(at - index * RUN, 0, place);
    if (run.length < RUN) return;
    this.#runs.splice(index, 1, run.slice(0, RUN / 2), run.slice(RUN / 2));
  }

  /** Takes a place out; its row must still be the one it was sorted by. */
  remove(place: Place): void {
    const at = this.position((row) => this.#compare(row, place.row) < 0);
    const index = Math.floor(at / RUN);
    const run = this.#run(index);
    if (run[at - index * RUN] !== place) throw new Error(`A row is missing in the index on ${this.columns.join(", ")}`);
    if (run.length > 1 || this.#runs.length === 1) run.splice(at - index * RUN, 1);
    else this.#runs.splice(index, 1);
  }

  /** The position behind all rows for which `isBefore` holds; it must hold for a beginning of the sorted rows. */
  position(isBefore: (row: object) => boolean): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#run(middle).at(-1);
      if (last !== undefined && isBefore(last.row)) low = middle + 1;
      else high = middle;
    }
    const run = this.#run(low);
    let from = 0;
    let to = run.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const place = run[middle];
      if (place !== undefined && isBefore(place.row)) from = middle + 1;
      else to = middle;
    }
    return low * RUN + from;
  }

  /** Everything. */
  get whole(): Span {
    return { from: 0, to: (this.#runs.length - 1) * RUN + this.#run(this.#runs.length - 1).length };
  }

  count(span: Span): number {
    let count = 0;
    this.#eachRun(span, "asc", (_run, start, end) => {
      count += end - start;
      return true;
    });
    return count;
  }

  /** Calls `visit` for each row of the span until it returns false. The first `skip` rows are passed over unseen. */
  visit(span: Span, direction: "asc" | "desc", skip: number, visit: (row: object) => boolean): void {
    let toSkip = skip;
    this.#eachRun(span, direction, (run, start, end) => {
      if (toSkip >= end - start) {
        toSkip -= end - start;
        return true;
      }
      const step = direction === "asc" ? 1 : -1;
      const first = direction === "asc" ? start + toSkip : end - 1 - toSkip;
      toSkip = 0;
      for (let at = first; at >= start && at < end; at += step) {
        const place = run[at];
        if (place !== undefined && !visit(place.row)) return false;
      }
      return true;
    });
  }

  #eachRun(
    span: Span,
    direction: "asc" | "desc",
    visit: (run: readonly Place[], start: number, end: number) => boolean,
  ): void {
    const first = Math.floor(span.from / RUN);
    const last = Math.min(Math.floor(span.to / RUN), this.#runs.length - 1);
    const step = direction === "asc" ? 1 : -1;
    for (let index = direction === "asc" ? first : last; index >= first && index <= last; index += step) {
      const run = this.#run(index);
      const start = index === first ? span.from - index * RUN : 0;
      const end = Math.min(run.length, span.to - index * RUN);
      if (start < end && !visit(run, start, end)) return;
    }
  }

  #run(index: number): Place[] {
    const run = this.#runs[index];
    if (run === undefined) throw new RangeError(`There is no run ${index}`);
    return run;
  }

  #compare(a: object, b: object): number {
    for (const column of this.columns) {
      const order = compareValues(
        (a as Record<string, Scalar>)[column] ?? null,
        (b as Record<string, Scalar>)[column] ?? null,
      );
      if (order !== 0) return order;
    }
    return 0;
  }
}
