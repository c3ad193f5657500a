import type { Due, Ticket } from "./clock.ts";
import { type Instant, instant } from "./units.ts";

const SLOT_BITS = 6;
const SLOTS = 1 << SLOT_BITS;
const LEVELS = 5;
/** One turn of the outermost level: about 12.4 days of milliseconds. What is further away waits in one far list. */
const TURN = 2 ** (SLOT_BITS * LEVELS);
const FAR = LEVELS * SLOTS;
const NONE = -1;
const INDEX_LIMIT = 2 ** 26;

const WORDS = 4;
const NEXT = 0;
const PREVIOUS = 1;
const SLOT = 2;
const GENERATION = 3;

/**
 * A hierarchical timing wheel with a tick of one millisecond. Entries lie in parallel arrays (about 50 bytes each), so a
 * million waits are a few arrays and no objects. Entries of one instant come out in the order in which they went in.
 */
export class TimingWheel {
  #time: number;
  #size = 0;
  #free = NONE;
  #used = 0;
  #due = new Float64Array(64);
  /** Four words per entry, side by side so that they share a cache line: see NEXT, PREVIOUS, SLOT, GENERATION. */
  #links = new Int32Array(64 * WORDS);
  #targets: (Due | undefined)[] = [];
  #tokens: (number | string)[] = [];
  readonly #heads = new Int32Array(FAR + 1).fill(NONE);
  readonly #tails = new Int32Array(FAR + 1).fill(NONE);
  /** Two words of 32 slots per level: which slots hold entries. */
  readonly #occupied = new Uint32Array(LEVELS * 2);

  constructor(start: Instant) {
    this.#time = start;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an entry; an instant that has passed counts as now. Fractions of a millisecond are rounded up. */
  add(at: Instant, target: Due, token: number | string): Ticket {
    const index = this.#allocate();
    this.#due[index] = Math.max(Math.ceil(at), this.#time);
    this.#targets[index] = target;
    this.#tokens[index] = token;
    this.#link(index);
    this.#size++;
    return (index + (this.#links[index * WORDS + GENERATION] ?? 0) * INDEX_LIMIT) as Ticket;
  }

  /** Takes an entry out; false when it is not there any more. */
  remove(ticket: Ticket): boolean {
    const index = this.#indexOf(ticket);
    if (index === NONE) return false;
    this.#unlink(index);
    this.#release(index);
    return true;
  }

  dueOf(ticket: Ticket): Instant | undefined {
    const index = this.#indexOf(ticket);
    return index === NONE ? undefined : instant(this.#due[index] ?? 0);
  }

  /**
   * Moves the wheel to the next due entry, at most to `limit`. The result is that entry's instant;
   * `undefined` when nothing is due until `limit`, where the wheel stands then.
   */
  advance(limit: Instant): Instant | undefined {
    while (this.#size > 0) {
      const bound = this.#nextBound();
      if (bound > limit) break;
      this.#moveTo(bound);
      if (this.#heads[bound % SLOTS] !== NONE) return instant(bound);
    }
    if (limit > this.#time && Number.isFinite(limit)) this.#moveTo(limit);
    return undefined;
  }

  /** No entry is due before this instant; `undefined` when the wheel is empty. */
  nextBound(): Instant | undefined {
    return this.#size === 0 ? undefined : instant(this.#nextBound());
  }

  /** Calls every entry that is due at the instant where the wheel stands, those added meanwhile included. */
  fire(): number {
    const slot = this.#time % SLOTS;
    let count = 0;
    for (let index = this.#heads[slot] ?? NONE; index !== NONE; index = this.#heads[slot] ?? NONE) {
      const target = this.#targets[index];
      const token = this.#tokens[index] ?? 0;
      this.#unlink(index);
      this.#release(index);
      count++;
      target?.due(token);
    }
    return count;
  }

  #nextBound(): number {
    for (let level = 0; level < LEVELS; level++) {
      const unit = SLOTS ** level;
      const current = Math.floor(this.#time / unit) % SLOTS;
      const slot = this.#firstOccupied(level, level === 0 ? current : current + 1);
      if (slot !== NONE) return (Math.floor(this.#time / unit) - current + slot) * unit;
    }
    return (Math.floor(this.#time / TURN) + 1) * TURN;
  }

  #firstOccupied(level: number, from: number): number {
    for (let word = from >>> 5; word < 2; word++) {
      let bits = this.#occupied[level * 2 + word] ?? 0;
      if (word === from >>> 5) bits &= -1 << (from & 31);
      if (bits !== 0) return word * 32 + (31 - Math.clz32(bits & -bits));
    }
    return NONE;
  }

  /** Enters the slots that begin at or contain `time`, from the outermost level inwards; nothing may be due before. */
  #moveTo(time: number): void {
    const before = this.#time;
    this.#time = time;
    if (Math.floor(before / TURN) !== Math.floor(time / TURN)) this.#spread(FAR);
    for (let level = LEVELS - 1; level > 0; level--) {
      const unit = SLOTS ** level;
      const now = Math.floor(time / unit);
      if (Math.floor(before / unit) !== now) this.#spread(level * SLOTS + (now % SLOTS));
    }
  }

  #spread(slot: number): void {
    let index = this.#heads[slot] ?? NONE;
    if (index === NONE) return;
    this.#heads[slot] = NONE;
    this.#tails[slot] = NONE;
    this.#mark(slot, false);
    while (index !== NONE) {
      const next = this.#links[index * WORDS + NEXT] ?? NONE;
      this.#link(index);
      index = next;
    }
  }

  #slotFor(due: number): number {
    if (Math.floor(due / TURN) !== Math.floor(this.#time / TURN)) return FAR;
    const low = due % TURN;
    const differing = low ^ (this.#time % TURN);
    const level = differing === 0 ? 0 : Math.floor((31 - Math.clz32(differing)) / SLOT_BITS);
    return level * SLOTS + ((low >>> (level * SLOT_BITS)) & (SLOTS - 1));
  }

  #link(index: number): void {
    const slot = this.#slotFor(this.#due[index] ?? 0);
    const tail = this.#tails[slot] ?? NONE;
    this.#links[index * WORDS + SLOT] = slot;
    this.#links[index * WORDS + PREVIOUS] = tail;
    this.#links[index * WORDS + NEXT] = NONE;
    this.#tails[slot] = index;
    if (tail === NONE) {
      this.#heads[slot] = index;
      this.#mark(slot, true);
    } else {
      this.#links[tail * WORDS + NEXT] = index;
    }
  }

  #unlink(index: number): void {
    const slot = this.#links[index * WORDS + SLOT] ?? 0;
    const previous = this.#links[index * WORDS + PREVIOUS] ?? NONE;
    const next = this.#links[index * WORDS + NEXT] ?? NONE;
    if (previous === NONE) this.#heads[slot] = next;
    else this.#links[previous * WORDS + NEXT] = next;
    if (next === NONE) this.#tails[slot] = previous;
    else this.#links[next * WORDS + PREVIOUS] = previous;
    if (this.#heads[slot] === NONE) this.#mark(slot, false);
  }

  #mark(slot: number, occupied: boolean): void {
    if (slot === FAR) return;
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    const bits = this.#occupied[word] ?? 0;
    this.#occupied[word] = occupied ? bits | bit : bits & ~bit;
  }

  #allocate(): number {
    if (this.#free !== NONE) {
      const index = this.#free;
      this.#free = this.#links[index * WORDS + NEXT] ?? NONE;
      return index;
    }
    if (this.#used === this.#due.length) this.#grow();
    return this.#used++;
  }

  #release(index: number): void {
    this.#targets[index] = undefined;
    this.#tokens[index] = 0;
    this.#links[index * WORDS + SLOT] = NONE;
    this.#links[index * WORDS + GENERATION] = ((this.#links[index * WORDS + GENERATION] ?? 0) + 1) % INDEX_LIMIT;
    this.#links[index * WORDS + NEXT] = this.#free;
    this.#free = index;
    this.#size--;
  }

  #indexOf(ticket: Ticket): number {
    const index = ticket % INDEX_LIMIT;
    const generation = Math.floor(ticket / INDEX_LIMIT);
    const alive =
      index < this.#used &&
      this.#links[index * WORDS + SLOT] !== NONE &&
      this.#links[index * WORDS + GENERATION] === generation;
    return alive ? index : NONE;
  }

  #grow(): void {
    const size = this.#due.length * 2;
    this.#due = enlarged(this.#due, new Float64Array(size));
    this.#links = enlarged(this.#links, new Int32Array(size * WORDS));
  }
}

function enlarged<A extends Float64Array | Int32Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
