import { createHash } from "node:crypto";

/** A named, seeded stream of chance. Its place is one number, so that it can be stored and taken up again. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer, both ends included. */
  integer(from: number, to: number): number;
  /** True with the given probability (0 … 1). Draws exactly one number, also for 0 and 1. */
  chance(probability: number): boolean;
  /** One of the choices, which must not be empty. */
  pick<T>(choices: readonly T[]): T;
  /** Index drawn by weight; weights are finite, not negative, and not all zero. */
  weighted(weights: readonly number[]): number;
  /** `count` pseudo-random bytes. Not fit for secrets outside a lab. */
  bytes(count: number): Uint8Array;
  /** Normally distributed, by default with mean 0 and standard deviation 1. */
  normal(mean?: number, deviation?: number): number;
  /** How many numbers have been drawn. */
  readonly position: number;
}

/** Chance as a stand-in sees it: streams by name, derived from the lab's seed and the stand-in's id. */
export interface Random {
  /** The stream of that name, at `position` (default: where the same `Random` left it, 0 at first). */
  stream(name: string, position?: number): RandomStream;
}

/** Two 32-bit words that identify a stream. */
export interface StreamKey {
  readonly high: number;
  readonly low: number;
}

/** The key of a stream: SHA-256 over the parts, which are kept apart so that `("a","bc")` differs from `("ab","c")`. */
export function streamKey(...parts: readonly (string | number)[]): StreamKey {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${String(part).length}:${part};`);
  const digest = hash.digest();
  return { high: digest.readUInt32LE(0), low: digest.readUInt32LE(4) };
}

/**
 * A counter-based generator: draw `n` depends on key and `n` alone (two rounds of the murmur3 finaliser over key and
 * counter), so that a stream costs three numbers and can be moved to any place.
 */
export class CountedStream implements RandomStream {
  readonly #high: number;
  readonly #low: number;
  #position: number;

  constructor(key: StreamKey, position = 0) {
    this.#high = key.high;
    this.#low = key.low;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  next(): number {
    const n = this.#position++;
    const first = mix(this.#low ^ mix((n + 0x9e3779b9) | 0));
    const second = mix(this.#high ^ first ^ ((n / 0x100000000) | 0));
    return ((first >>> 5) * 0x4000000 + (second >>> 6)) / 0x20000000000000;
  }

  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const index = this.integer(0, choices.length - 1);
    if (index >= choices.length) throw new RangeError("pick() needs at least one choice");
    return choices[index] as T; // index is within bounds
  }

  weighted(weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0)) throw new RangeError("weighted() needs a positive weight");
    let rest = this.next() * total;
    for (const [index, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return index;
    }
    return weights.length - 1;
  }

  bytes(count: number): Uint8Array {
    const result = new Uint8Array(count);
    for (let at = 0; at < count; at++) result[at] = this.integer(0, 255);
    return result;
  }

  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.next());
  }
}

function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** The random root of a lab, a cell or a stand-in: a path of names below a seed. */
export class SeededRandom implements Random {
  readonly #path: readonly (string | number)[];
  #open: Map<string, CountedStream> | undefined;

  constructor(...path: readonly (string | number)[]) {
    this.#path = path;
  }

  stream(name: string, position?: number): RandomStream {
    const open = this.#open?.get(name);
    if (open !== undefined && position === undefined) return open;
    const stream = new CountedStream(streamKey(...this.#path, name), position ?? 0);
    this.#open ??= new Map();
    this.#open.set(name, stream);
    return stream;
  }

  /** A root of its own below this one. */
  below(...names: readonly (string | number)[]): SeededRandom {
    return new SeededRandom(...this.#path, ...names);
  }
}
