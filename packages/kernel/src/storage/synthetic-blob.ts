import { createHash } from "node:crypto";
import type { Blob } from "./blob.ts";
import { CHUNK_BYTES, readBlob } from "./memory-blob.ts";

/** Content is computed in blocks of this size; a block depends on the seed and its number alone. */
const BLOCK_BYTES = 64 * 1024;

/**
 * A blob of pseudo-random bytes that follow from `seed` and `size` alone (the same on every machine). Nothing is kept in memory:
 * bytes are computed when read, and the hash at its first use (about 2 ms per MiB).
 */
export function syntheticBlob(seed: string, size: number): Blob {
  return new SyntheticBlob(seed, size);
}

class SyntheticBlob implements Blob {
  readonly size: number;
  readonly #seed: number;
  #sha256: string | undefined;

  constructor(seed: string, size: number) {
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`A blob cannot have ${size} bytes`);
    this.size = size;
    this.#seed = createHash("sha256").update(seed).digest().readInt32LE(0);
  }

  get sha256(): string {
    this.#sha256 ??= this.#hash();
    return this.#sha256;
  }

  bytes(): Promise<Uint8Array> {
    return readBlob(this);
  }

  async *chunks(start = 0, end = this.size): AsyncIterable<Uint8Array> {
    const last = Math.min(end, this.size);
    for (let at = start; at < last; ) {
      const next = Math.min(last, (Math.floor(at / CHUNK_BYTES) + 1) * CHUNK_BYTES);
      yield this.#read(at, next);
      at = next;
    }
  }

  #read(start: number, end: number): Uint8Array {
    const first = Math.floor(start / BLOCK_BYTES);
    const blocks = Math.ceil(end / BLOCK_BYTES) - first;
    const bytes = new Uint8Array(blocks * BLOCK_BYTES);
    for (let block = 0; block < blocks; block++) fillBlock(bytes, block * BLOCK_BYTES, this.#seed, first + block);
    return bytes.subarray(start - first * BLOCK_BYTES, end - first * BLOCK_BYTES);
  }

  #hash(): string {
    const hash = createHash("sha256");
    for (let at = 0; at < this.size; at += CHUNK_BYTES)
      hash.update(this.#read(at, Math.min(at + CHUNK_BYTES, this.size)));
    return hash.digest("hex");
  }
}

/** Fills one block by xorshift32, little-endian on every machine. */
function fillBlock(bytes: Uint8Array, at: number, seed: number, block: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, BLOCK_BYTES);
  let word = Math.imul(seed ^ Math.imul(block + 1, 0x9e3779b1), 0x85ebca6b) | 1;
  for (let offset = 0; offset < BLOCK_BYTES; offset += 4) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    view.setInt32(offset, word, true);
  }
}
