import type { Blob, Blobs } from "./blob.ts";
import { MemoryBlob, sha256Of } from "./memory-blob.ts";
import { StorageError } from "./storage.ts";

/** What `Blobs.receive` was told to expect. */
export interface Expected {
  readonly sha256?: string;
  readonly size?: number;
}

/** Throws `mismatch` unless the content that came in is the expected one. */
export function checkExpected(expect: Expected | undefined, sha256: string, size: number): void {
  if (expect?.size !== undefined && expect.size !== size) {
    throw new StorageError("mismatch", `Expected ${expect.size} bytes, but ${size} came in.`, {
      expected: expect.size,
      size,
    });
  }
  if (expect?.sha256 !== undefined && expect.sha256 !== sha256) {
    throw new StorageError("mismatch", `Expected SHA-256 ${expect.sha256}, but the content has ${sha256}.`, {
      expected: expect.sha256,
      sha256,
    });
  }
}

/** Throws `mismatch` as soon as more has come in than was expected. */
export function checkNotMore(expect: Expected | undefined, size: number): void {
  if (expect?.size !== undefined && size > expect.size) checkExpected({ size: expect.size }, "", size);
}

/** Content in memory, shared by all who hold the same blob. Also keeps blobs of other kinds, such as synthetic ones. */
export class MemoryBlobs implements Blobs {
  readonly #blobs = new Map<string, Blob>();

  async put(content: Uint8Array | string): Promise<Blob> {
    const sha256 = sha256Of(content);
    const known = this.#blobs.get(sha256);
    if (known !== undefined) return known;
    return this.add(
      new MemoryBlob(typeof content === "string" ? new TextEncoder().encode(content) : content.slice(), sha256),
    );
  }

  /** Keeps a blob as it is, without copying; gives back the one that is already here under that name, if any. */
  add(blob: Blob): Blob {
    const known = this.#blobs.get(blob.sha256);
    if (known !== undefined) return known;
    this.#blobs.set(blob.sha256, blob);
    return blob;
  }

  async receive(chunks: AsyncIterable<Uint8Array>, expect?: Expected): Promise<Blob> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      checkNotMore(expect, size);
      parts.push(chunk);
    }
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    const sha256 = sha256Of(whole);
    checkExpected(expect, sha256, size);
    return this.#blobs.get(sha256) ?? this.add(new MemoryBlob(whole, sha256));
  }

  async get(sha256: string): Promise<Blob | undefined> {
    return this.#blobs.get(sha256);
  }

  async remove(sha256: string): Promise<void> {
    this.#blobs.delete(sha256);
  }

  /** Number of blobs kept. */
  get size(): number {
    return this.#blobs.size;
  }
}
