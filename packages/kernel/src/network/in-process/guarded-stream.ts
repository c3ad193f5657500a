import { tooLarge } from "../network-errors.ts";

/** What watches over a {@link GuardedStream}. */
export interface StreamGuard {
  /** The bytes announced. More are cut off, fewer are a failure. */
  readonly length?: number | undefined;
  /** End with the error of `cut()` after so many bytes. */
  readonly cutAfter?: number | undefined;
  /** Fail with `too-large` beyond so many bytes. */
  readonly limit?: number | undefined;
  cut?(): Error;
  /** The stream will be read no further. `complete`: it was read to its end. */
  done(complete: boolean): void;
  /** The source threw, or ended too early (`undefined`): the error that the reader gets. */
  broken(error: unknown): Error;
}

interface Reading {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: Error): void;
}

const NOTHING = new Uint8Array(0);
const END: IteratorResult<Uint8Array, undefined> = Object.freeze({ done: true, value: undefined });

/** A body on its way from one stand-in to another: pulled by its reader, and ended from outside when either of them goes away. */
export class GuardedStream implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #guard: StreamGuard;
  #state: "open" | "ended" | "frozen" = "open";
  #error: Error | undefined;
  #reading: Reading | undefined;
  #at = 0;

  constructor(source: AsyncIterable<Uint8Array>, guard: StreamGuard) {
    this.#source = source[Symbol.asyncIterator]();
    this.#guard = guard;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#state === "frozen") return;
      if (this.#error !== undefined) reject(this.#error);
      else if (this.#state === "ended") resolve(END);
      else if (this.#at === this.#guard.cutAfter) this.#cut(reject);
      else {
        this.#reading = { resolve, reject };
        this.#source.next().then(
          (result) => this.#take(result),
          (error) => this.fail(this.#guard.broken(error)),
        );
      }
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state === "open") this.#end(false);
    return Promise.resolve(END);
  }

  /** The reader's present and every later read fails. */
  fail(error: Error): void {
    if (this.#state !== "open") return;
    this.#error = error;
    const reading = this.#reading;
    this.#end(false);
    reading?.reject(error);
  }

  /** The reader has no power any more: its reads never end. */
  freeze(): void {
    if (this.#state === "open") this.#end(false);
    this.#state = "frozen";
  }

  #take(result: IteratorResult<Uint8Array>): void {
    const reading = this.#reading;
    if (this.#state !== "open" || reading === undefined) return;
    const { length, cutAfter, limit } = this.#guard;
    const ends = Math.min(length ?? Number.POSITIVE_INFINITY, cutAfter ?? Number.POSITIVE_INFINITY);
    const chunk = result.done === true ? NOTHING : result.value.subarray(0, ends - this.#at);
    this.#at += chunk.byteLength;
    if (limit !== undefined && this.#at > limit) this.fail(tooLarge("The body", limit));
    else if (result.done === true && length !== undefined && this.#at < length)
      this.fail(this.#guard.broken(undefined));
    else if (result.done === true || (chunk.byteLength === 0 && this.#at === length)) {
      this.#end(true);
      reading.resolve(END);
    } else {
      this.#reading = undefined;
      reading.resolve({ done: false, value: chunk });
    }
  }

  #cut(reject: (error: Error) => void): void {
    this.#error = this.#guard.cut?.() ?? this.#guard.broken(undefined);
    this.#end(false);
    reject(this.#error);
  }

  #end(complete: boolean): void {
    this.#state = "ended";
    this.#reading = undefined;
    if (!complete) this.#source.return?.().then(undefined, () => undefined); // its own clean-up is its owner's affair
    this.#guard.done(complete);
  }
}
