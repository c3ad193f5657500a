import type { Blob, Blobs } from "../blob.ts";
import { readBlob } from "../memory-blob.ts";
import { StorageError } from "../storage.ts";

/** A blob of which only the name is at hand; it is looked up when it is read. */
export class NamedBlob implements Blob {
  readonly sha256: string;
  readonly size: number;
  readonly #blobs: Blobs;

  constructor(blobs: Blobs, sha256: string, size: number) {
    this.#blobs = blobs;
    this.sha256 = sha256;
    this.size = size;
  }

  bytes(): Promise<Uint8Array> {
    return readBlob(this);
  }

  async *chunks(start = 0, end = this.size): AsyncIterable<Uint8Array> {
    const blob = await this.#blobs.get(this.sha256);
    if (blob === undefined)
      throw new StorageError("missing", `The content ${this.sha256} is gone from the blobs.`, { sha256: this.sha256 });
    yield* blob.chunks(start, end);
  }
}
