/** Who feeds an {@link IncomingBody}. */
export interface BodySource {
  /** The reader wants more; also called before its first read. */
  wanted(): void;
  /** The reader will read no further. */
  abandoned(): void;
}

interface Reading {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: Error): void;
}

const END: IteratorResult<Uint8Array, undefined> = Object.freeze({ done: true, value: undefined });
/** Bytes that may wait for the reader before the connection is paused. */
const ENOUGH = 256 * 1024;

/** A body that comes in from a socket and is read piece by piece. One reader. */
export class IncomingBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: BodySource;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #state: "open" | "ended" | "abandoned" | "frozen" = "open";
  #error: Error | undefined;
  #reading: Reading | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** True when the connection should be paused until the reader wants more. */
  get full(): boolean {
    return this.#bytes >= ENOUGH;
  }

  get complete(): boolean {
    return this.#state === "ended" && this.#error === undefined;
  }

  /** True when a reader waits for bytes. */
  get awaited(): boolean {
    return this.#reading !== undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.#state !== "open" || chunk.byteLength === 0) return;
    const reading = this.#reading;
    if (reading !== undefined) {
      this.#reading = undefined;
      reading.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#reading?.resolve(END);
    this.#reading = undefined;
  }

  /** What has come in can still be read; then the error. */
  fail(error: Error): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#error = error;
    this.#reading?.reject(error);
    this.#reading = undefined;
  }

  /** Reads never end from now on. */
  freeze(): void {
    this.#state = "frozen";
    this.#reading = undefined;
    this.#chunks = [];
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state === "frozen") return new Promise(() => undefined);
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.byteLength;
      if (this.#state === "open" && !this.full) this.#source.wanted();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#state !== "open") return Promise.resolve(END);
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject };
      this.#source.wanted();
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state === "open") {
      this.#state = "abandoned";
      this.#source.abandoned();
    }
    this.#chunks = [];
    return Promise.resolve(END);
  }
}
