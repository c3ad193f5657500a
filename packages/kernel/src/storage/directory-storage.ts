import { accessSync, constants } from "node:fs";
import { type FileHandle, open, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { bodyChunks } from "../network/body.ts";
import type { Body } from "../network/http.ts";
import { instant } from "../time/units.ts";
import type { Blob, Blobs } from "./blob.ts";
import { onHost, unlessMissing } from "./directory/host-errors.ts";
import { HostFiles } from "./directory/host-files.ts";
import { clearLeftovers, filesBelow, lookAt } from "./directory/host-tree.ts";
import { makeFolder } from "./directory/make-folder.ts";
import { readSmall } from "./directory/small-files.ts";
import { loadSnapshot, takeSnapshot } from "./directory/snapshots.ts";
import { lockStorage } from "./directory/storage-lock.ts";
import { Turns } from "./directory/turns.ts";
import { fileBlob } from "./file-blob.ts";
import { checkWhole } from "./memory-blob.ts";
import { badPath, checkFolder, checkPath, RESERVED_PREFIX } from "./path.ts";
import { type FileStat, type PowerableStorage, StorageError, type StorageSnapshot } from "./storage.ts";

export interface DirectoryOptions {
  /** Path in the storage of the lock file; without one, a second process is not kept out. */
  readonly lock?: string;
  /** Mode of files written without one, before the process's umask. Default 0o644. */
  readonly mode?: number;
  /** Takes files over 64 KiB of a snapshot; without one they are held in memory. */
  readonly blobs?: Blobs;
}

/**
 * Opens a directory of the host as a storage and makes it when it is missing; removes what a killed process left half-written.
 * Throws `in-use` when another process holds the lock, `read-only` where nothing can be written.
 */
export async function openDirectoryStorage(root: string, options: DirectoryOptions = {}): Promise<PowerableStorage> {
  await onHost(root, () => makeFolder(root));
  const lock = options.lock === undefined ? undefined : lockStorage(join(root, checkPath(options.lock)), root);
  try {
    return await onHost(root, async () => {
      accessSync(root, constants.W_OK);
      await clearLeftovers(root);
      return new DirectoryStorage(await HostFiles.open(root, options.mode), options, () => lock?.release());
    });
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** A storage in a directory of the host: what others see there is what the stand-in sees. Changes run one after another. */
class DirectoryStorage implements PowerableStorage {
  readonly #files: HostFiles;
  readonly #options: DirectoryOptions;
  readonly #release: () => void;
  readonly #turns = new Turns();
  #cuts = 0;

  constructor(files: HostFiles, options: DirectoryOptions, release: () => void) {
    this.#files = files;
    this.#options = options;
    this.#release = release;
  }

  get hostFolder(): string {
    return this.#files.root;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const target = this.#files.resolve(checkPath(path), "follow");
    if (target === undefined) return undefined;
    const small = await onHost(path, async () => readSmall(this.#files.hostPath(target)));
    if (small !== "large") return small;
    await using file = await this.#openToRead(path);
    if (file === undefined) return undefined;
    checkWhole((await file.stat()).size);
    const bytes = await file.readFile();
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  async readText(path: string): Promise<string | undefined> {
    const bytes = await this.read(path);
    return bytes === undefined ? undefined : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  /** `undefined` when there is no file. */
  async #openToRead(path: string): Promise<FileHandle | undefined> {
    const target = this.#files.resolve(checkPath(path), "follow");
    if (target === undefined) return undefined;
    return await onHost(path, async () => {
      const file = await unlessMissing(open(this.#files.hostPath(target), "r"));
      if ((await file?.stat())?.isFile()) return file;
      await file?.close();
      return undefined;
    });
  }

  async write(path: string, content: Uint8Array | string, options?: { readonly mode?: number }): Promise<void> {
    const target = this.#files.placeOf(path);
    await this.#change(path, () => this.#files.write(target, content, options?.mode));
  }

  async place(path: string, blob: Blob): Promise<void> {
    const target = this.#files.placeOf(path);
    await this.#change(path, () => this.#files.place(target, blob));
  }

  async append(path: string, content: Uint8Array | string): Promise<void> {
    const target = this.#files.endOf(path);
    await this.#change(path, async () => {
      await this.#files.prepare(target, this.#files.fileAt(target)?.size ?? 0);
      await using file = await open(this.#files.hostPath(target), "a");
      await this.#files.grow(target, file, content);
    });
  }

  async receive(
    path: string,
    body: Body,
    options?: { readonly from?: number; readonly limit?: number },
  ): Promise<number> {
    const target = this.#files.endOf(path);
    const limit = options?.limit ?? Number.POSITIVE_INFINITY;
    const cuts = this.#cuts;
    let size = options?.from ?? 0;
    await using file = await this.#change(path, async () => {
      await this.#files.prepare(target, size);
      return await open(this.#files.hostPath(target), "a");
    });
    for await (const bytes of bodyChunks(body)) {
      const fitting = bytes.length > limit - size ? bytes.subarray(0, limit - size) : bytes;
      await this.#change(path, () => {
        if (cuts !== this.#cuts)
          throw new StorageError("failed", `The power went while ${path} was received.`, { path });
        return this.#files.grow(target, file, fitting);
      });
      size += fitting.length;
      if (fitting !== bytes)
        throw new StorageError("too-large", `${path} would become larger than ${limit} bytes.`, { path, limit });
    }
    return size;
  }

  async blob(path: string): Promise<Blob | undefined> {
    const target = this.#files.resolve(checkPath(path), "follow");
    await using file = target === undefined ? undefined : await this.#openToRead(path);
    if (target === undefined || file === undefined) return undefined;
    return await onHost(path, () => fileBlob(file, this.#files.hostPath(target), false));
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#files.placeOf(from);
    const target = this.#files.placeOf(to);
    await this.#change(from, async () => {
      if ((await this.#files.filesAt(source)).length === 0) {
        throw new StorageError("missing", `There is no ${from} to rename.`, { path: from });
      }
      if (source === target) return;
      if (target.startsWith(`${source}/`)) throw badPath(to, "it lies in what is to be renamed");
      if (!this.#files.standsAt(source) && this.#files.standsAt(target)) {
        throw badPath(to, "it is a file, and no folder can replace it");
      }
      await this.#files.rename(source, target);
    });
  }

  async remove(path: string): Promise<void> {
    const target = this.#files.resolve(checkPath(path), "keep");
    if (target !== undefined) await this.#change(path, () => this.#files.remove(target));
  }

  async link(path: string, text: string): Promise<void> {
    const target = this.#files.placeOf(path);
    if (text === "" || text.includes("\0") || !text.isWellFormed()) throw badPath(text, "it can be no link's text");
    await this.#change(path, () => this.#files.link(target, text));
  }

  async readLink(path: string): Promise<string | undefined> {
    const target = this.#files.resolve(checkPath(path), "keep");
    return target === undefined ? undefined : this.#files.linkAt(target);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const target = this.#files.resolve(checkPath(path), "keep");
    const found =
      target === undefined ? undefined : await onHost(path, async () => lookAt(this.#files.hostPath(target)));
    if (found === undefined || !(found.isFile() || found.isSymbolicLink())) return undefined;
    return { kind: found.isFile() ? "file" : "link", size: found.size, modified: instant(Math.floor(found.mtimeMs)) };
  }

  async list(folder: string): Promise<readonly string[]> {
    const target = checkFolder(folder) === "" ? "" : this.#files.resolve(folder, "follow");
    if (target === undefined) return [];
    const entries = await onHost(folder, () =>
      unlessMissing(readdir(this.#files.hostPath(target), { withFileTypes: true })),
    );
    const shown = (entries ?? []).filter((entry) => entry.isFile() || entry.isDirectory() || entry.isSymbolicLink());
    const names = shown.map((entry) => entry.name).filter((name) => !name.startsWith(RESERVED_PREFIX));
    return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  async sync(): Promise<void> {
    await this.#change("", async () => {
      await this.#files.notes.flush();
      await this.#files.notes.clear();
    });
  }

  async usage(): Promise<{ readonly used: number; readonly free: number }> {
    return await onHost(this.#files.root, async () => {
      let used = 0;
      for (const path of await filesBelow(this.#files.root, "")) used += lookAt(this.#files.hostPath(path))?.size ?? 0;
      const { bavail, bsize } = await statfs(this.#files.root);
      return { used, free: bavail * bsize };
    });
  }

  async cut(keep: (path: string) => boolean = () => false): Promise<void> {
    this.#cuts++;
    await this.#change("", async () => {
      await this.#files.notes.undo(keep);
      await this.#files.rescan();
    });
  }

  async snapshot(): Promise<StorageSnapshot> {
    return await this.#change("", () => takeSnapshot(this.#files.root, this.#files.notes, this.#options));
  }

  async restore(snapshot: StorageSnapshot): Promise<void> {
    this.#cuts++;
    await this.#change("", async () => {
      await this.#files.notes.clear();
      await loadSnapshot(this.#files.root, snapshot, this.#options.lock);
      await this.#files.rescan();
    });
  }

  async close(): Promise<void> {
    await this.#change("", () => this.#files.notes.clear());
    this.#release();
  }

  #change<T>(path: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(() => onHost(path === "" ? this.#files.root : path, work));
  }
}
