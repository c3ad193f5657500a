import { createHash } from "node:crypto";
import type { Blob } from "./blob.ts";
import { StorageError } from "./storage.ts";

/** Largest chunk a blob hands out. */
export const CHUNK_BYTES = 256 * 1024;
/** Largest blob that is handed out in one piece. */
export const MAX_WHOLE_BYTES = 256 * 1024 * 1024;

/** SHA-256 of bytes or of a text in UTF-8, as 64 lower-case hex digits. */
export const sha256Of = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

/** Throws `too-large` for a content that is not to be held in one piece. */
export function checkWhole(size: number): void {
  if (size <= MAX_WHOLE_BYTES) return;
  throw new StorageError(
    "too-large",
    `A content of ${size} bytes is not read in one piece (limit ${MAX_WHOLE_BYTES}); read its chunks.`,
    { size },
  );
}

/** A blob whose bytes lie in memory. `bytes()` and `chunks()` hand out the bytes themselves: nobody may change them. */
export class MemoryBlob implements Blob {
  readonly sha256: string;
  readonly #bytes: Uint8Array;

  /** Takes the bytes over without copying. `sha256` is trusted; by default it is computed. */
  constructor(bytes: Uint8Array, sha256: string = sha256Of(bytes)) {
    this.#bytes = bytes;
    this.sha256 = sha256;
  }

  get size(): number {
    return this.#bytes.length;
  }

  async bytes(): Promise<Uint8Array> {
    checkWhole(this.size);
    return this.#bytes;
  }

  async *chunks(start = 0, end = this.size): AsyncIterable<Uint8Array> {
    const last = Math.min(end, this.size);
    for (let at = start; at < last; at += CHUNK_BYTES) yield this.#bytes.subarray(at, Math.min(at + CHUNK_BYTES, last));
  }
}

/** Reads a blob, or its bytes from `start` to before `end`, into one array of its own. */
export async function readBlob(blob: Blob, start = 0, end: number = blob.size): Promise<Uint8Array> {
  checkWhole(end - start);
  const whole = new Uint8Array(end - start);
  let at = 0;
  for await (const chunk of blob.chunks(start, end)) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
