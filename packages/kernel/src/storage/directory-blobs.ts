import { createHash } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Blob, Blobs } from "./blob.ts";
import { EagerWriter } from "./directory/eager-writer.ts";
import { onHost, unlessMissing } from "./directory/host-errors.ts";
import { makeFolder } from "./directory/make-folder.ts";
import { FileBlob } from "./file-blob.ts";
import { checkExpected, checkNotMore, type Expected } from "./memory-blobs.ts";
import { RESERVED_PREFIX } from "./path.ts";
import { StorageError } from "./storage.ts";

/** Blobs of a directory: `ab/cdef…` by the hash, each written under a hidden name first and synced before it gets its own. */
export class DirectoryBlobs implements Blobs {
  readonly #root: string;
  #count = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Makes the directory when it is missing and clears half-received content of a process that is gone (only one process may write). */
  static async open(root: string): Promise<DirectoryBlobs> {
    await onHost(root, async () => {
      await makeFolder(root);
      for (const name of await readdir(root)) if (name.startsWith(RESERVED_PREFIX)) await rm(join(root, name));
    });
    return new DirectoryBlobs(root);
  }

  put(content: Uint8Array | string): Promise<Blob> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return this.receive(only(bytes));
  }

  async receive(chunks: AsyncIterable<Uint8Array>, expect?: Expected): Promise<Blob> {
    const temporary = join(this.#root, `${RESERVED_PREFIX}${process.pid}-${this.#count++}`);
    const file = await onHost(temporary, () => open(temporary, "wx", 0o444));
    try {
      const { sha256, size } = await this.#take(file, temporary, chunks, expect);
      return (await this.get(sha256)) ?? (await this.#keep(temporary, sha256, size));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #take(
    file: FileHandle,
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    expect?: Expected,
  ): Promise<{ sha256: string; size: number }> {
    const hash = createHash("sha256");
    const writer = new EagerWriter(file);
    let size = 0;
    try {
      for await (const chunk of chunks) {
        size += chunk.length;
        checkNotMore(expect, size);
        hash.update(chunk);
        await onHost(path, () => writer.add(chunk));
      }
      const sha256 = hash.digest("hex");
      checkExpected(expect, sha256, size);
      await onHost(path, () => writer.end());
      return { sha256, size };
    } finally {
      await writer.rest();
      await file.close();
    }
  }

  #keep(temporary: string, sha256: string, size: number): Promise<Blob> {
    const path = this.#pathOf(sha256);
    return onHost(path, async () => {
      await makeFolder(dirname(path));
      await rename(temporary, path);
      await using folder = await open(dirname(path), "r");
      await folder.sync();
      const { ino } = await stat(path);
      return new FileBlob(path, { sha256, size, ino, shared: true });
    });
  }

  async get(sha256: string): Promise<Blob | undefined> {
    const path = this.#pathOf(sha256);
    const found = await onHost(path, () => unlessMissing(stat(path)));
    return found?.isFile() ? new FileBlob(path, { sha256, size: found.size, ino: found.ino, shared: true }) : undefined;
  }

  async remove(sha256: string): Promise<void> {
    const path = this.#pathOf(sha256);
    await onHost(path, () => rm(path, { force: true }));
  }

  /** Names of all blobs, in no order. */
  async names(): Promise<readonly string[]> {
    return await onHost(this.#root, async () => {
      const names: string[] = [];
      for (const folder of await readdir(this.#root, { withFileTypes: true })) {
        if (!folder.isDirectory() || folder.name.length !== 2) continue;
        for (const rest of await readdir(join(this.#root, folder.name))) names.push(folder.name + rest);
      }
      return names.filter(isName);
    });
  }

  #pathOf(sha256: string): string {
    if (isName(sha256)) return join(this.#root, sha256.slice(0, 2), sha256.slice(2));
    throw new StorageError("bad-path", `${JSON.stringify(sha256.slice(0, 100))} is not a SHA-256 in lower-case hex.`, {
      sha256,
    });
  }
}

const isName = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

async function* only(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
