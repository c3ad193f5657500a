import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Blob } from "./blob.ts";
import { isMissing, storageError } from "./directory/host-errors.ts";
import { CHUNK_BYTES, readBlob } from "./memory-blob.ts";
import { StorageError } from "./storage.ts";

/** A blob in a file of the host. It is read only as long as it is the same file: one that replaced it is another content. */
export class FileBlob implements Blob {
  readonly sha256: string;
  readonly size: number;
  /** Where the content lies. */
  readonly hostPath: string;
  /** Nobody ever changes that file, so that others may share it by a hard link. */
  readonly shared: boolean;
  readonly #file: number;

  constructor(
    hostPath: string,
    file: { readonly sha256: string; readonly size: number; readonly ino: number; readonly shared: boolean },
  ) {
    this.hostPath = hostPath;
    this.sha256 = file.sha256;
    this.size = file.size;
    this.shared = file.shared;
    this.#file = file.ino;
  }

  bytes(): Promise<Uint8Array> {
    return readBlob(this);
  }

  async *chunks(start = 0, end = this.size): AsyncIterable<Uint8Array> {
    await using file = await this.#open();
    yield* readFrom(file, start, Math.min(end, this.size), this.hostPath);
  }

  async #open(): Promise<FileHandle> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.hostPath, "r");
      const { ino, size } = await file.stat();
      if (ino === this.#file && size >= this.size) return file;
    } catch (error) {
      if (!isMissing(error)) throw storageError(error, this.hostPath);
    }
    await file?.close();
    throw new StorageError("missing", `${this.hostPath} was replaced or removed since it was named as a blob.`, {
      path: this.hostPath,
    });
  }
}

/** Reads a file's bytes from `start` to before `end`, in chunks. Throws `failed` when the file ends before. */
export async function* readFrom(file: FileHandle, start: number, end: number, path: string): AsyncIterable<Uint8Array> {
  for (let at = start; at < end; ) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(Math.min(CHUNK_BYTES, end - at)), 0, undefined, at);
    if (bytesRead === 0)
      throw new StorageError("failed", `${path} ended at byte ${at}, before ${end}.`, { path, size: at });
    at += bytesRead;
    yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
  }
}

/** Hashes an open file as far as it reaches now. */
export async function fileBlob(file: FileHandle, hostPath: string, shared: boolean): Promise<FileBlob> {
  const { size, ino } = await file.stat();
  const hash = createHash("sha256");
  for await (const chunk of readFrom(file, 0, size, hostPath)) hash.update(chunk);
  return new FileBlob(hostPath, { sha256: hash.digest("hex"), size, ino, shared });
}
