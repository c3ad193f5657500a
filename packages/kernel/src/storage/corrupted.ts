import { createHash } from "node:crypto";
import type { Blob } from "./blob.ts";
import { readBlob } from "./memory-blob.ts";

/**
 * The same content with the lowest bit of the byte at `atByte` flipped: another blob, with another name. Reads the content once to
 * name it; keeps no copy. Throws `RangeError` when there is no such byte.
 */
export async function corrupted(blob: Blob, atByte: number): Promise<Blob> {
  if (!Number.isSafeInteger(atByte) || atByte < 0 || atByte >= blob.size) {
    throw new RangeError(`A blob of ${blob.size} bytes has no byte ${atByte}`);
  }
  const hash = createHash("sha256");
  for await (const chunk of flipped(blob, atByte, 0, blob.size)) hash.update(chunk);
  return new CorruptedBlob(blob, atByte, hash.digest("hex"));
}

class CorruptedBlob implements Blob {
  readonly sha256: string;
  readonly #intact: Blob;
  readonly #atByte: number;

  constructor(intact: Blob, atByte: number, sha256: string) {
    this.sha256 = sha256;
    this.#intact = intact;
    this.#atByte = atByte;
  }

  get size(): number {
    return this.#intact.size;
  }

  bytes(): Promise<Uint8Array> {
    return readBlob(this);
  }

  chunks(start = 0, end = this.size): AsyncIterable<Uint8Array> {
    return flipped(this.#intact, this.#atByte, start, end);
  }
}

async function* flipped(blob: Blob, atByte: number, start: number, end: number): AsyncIterable<Uint8Array> {
  let at = start;
  for await (const chunk of blob.chunks(start, end)) {
    const offset = atByte - at;
    at += chunk.length;
    if (offset < 0 || offset >= chunk.length) {
      yield chunk;
      continue;
    }
    const copy = chunk.slice();
    copy[offset] = (copy[offset] ?? 0) ^ 1;
    yield copy;
  }
}
