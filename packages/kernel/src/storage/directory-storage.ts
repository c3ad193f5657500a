import { renameSync, type Stats, unlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, link, open, readdir, rm, statfs, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bodyChunks } from "../network/body.ts";
import type { Body } from "../network/http.ts";
import { instant } from "../time/units.ts";
import type { Blob, Blobs } from "./blob.ts";
import { hostCode, isMissing, onHost, unlessMissing } from "./directory/host-errors.ts";
import { clearLeftovers, filesBelow, linksBelow, lookAt, removeEmptyFolders } from "./directory/host-tree.ts";
import { makeFolder, makeFolderSync } from "./directory/make-folder.ts";
import { readSmall, SMALL_BYTES } from "./directory/small-files.ts";
import { loadSnapshot, takeSnapshot } from "./directory/snapshots.ts";
import { lockStorage } from "./directory/storage-lock.ts";
import { Turns } from "./directory/turns.ts";
import { UndoNotes } from "./directory/undo-notes.ts";
import { FileBlob, fileBlob, readFrom } from "./file-blob.ts";
import { checkWhole } from "./memory-blob.ts";
import { badPath, checkFolder, checkPath, RESERVED_PREFIX } from "./path.ts";
import { resolvePath } from "./resolve-path.ts";
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
      await clearLeftovers(root);
      return new DirectoryStorage(root, options, { links: await linksBelow(root), release: () => lock?.release() });
    });
  } catch (error) {
    lock?.release();
    throw error;
  }
}

const DEFAULT_MODE = 0o644;
const OWNER_MAY_WRITE = 0o200;

/** A storage in a directory of the host: what others see there is what the stand-in sees. Changes run one after another. */
class DirectoryStorage implements PowerableStorage {
  readonly #root: string;
  readonly #options: DirectoryOptions;
  readonly #release: () => void;
  readonly #turns = new Turns();
  readonly #notes: UndoNotes;
  /** Links by path. Those that other programs made since the start are left to the host. */
  #links: Map<string, string>;
  #cuts = 0;
  #temporaries = 0;

  constructor(
    root: string,
    options: DirectoryOptions,
    state: { readonly links: Map<string, string>; readonly release: () => void },
  ) {
    this.#root = root;
    this.#options = options;
    this.#release = state.release;
    this.#links = state.links;
    this.#notes = new UndoNotes(root);
  }

  get hostFolder(): string {
    return this.#root;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const target = this.#resolve(checkPath(path), "follow");
    if (target === undefined) return undefined;
    const small = await onHost(path, async () => readSmall(join(this.#root, target)));
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
    const target = this.#resolve(checkPath(path), "follow");
    if (target === undefined) return undefined;
    return await onHost(path, async () => {
      const file = await unlessMissing(open(join(this.#root, target), "r"));
      if ((await file?.stat())?.isFile()) return file;
      await file?.close();
      return undefined;
    });
  }

  async write(path: string, content: Uint8Array | string, options?: { readonly mode?: number }): Promise<void> {
    const target = this.#place(path);
    await this.#change(path, () =>
      this.#replace(target, options?.mode, async (temporary, mode) => {
        if (content.length <= SMALL_BYTES) return writeFileSync(temporary, content, { flag: "wx", mode });
        await using file = await open(temporary, "wx", mode);
        await file.writeFile(content);
      }),
    );
  }

  async place(path: string, blob: Blob): Promise<void> {
    const target = this.#place(path);
    await this.#change(path, () =>
      this.#replace(target, undefined, async (temporary, mode) => {
        if (blob instanceof FileBlob && blob.shared && (await linked(blob.hostPath, temporary))) return;
        await using file = await open(temporary, "wx", mode);
        await file.writeFile(blob.chunks());
      }),
    );
  }

  async append(path: string, content: Uint8Array | string): Promise<void> {
    const target = this.#end(path);
    await this.#change(path, async () => {
      await this.#prepare(target, this.#fileAt(target)?.size ?? 0);
      await using file = await open(join(this.#root, target), "a");
      await this.#grow(target, file, content);
    });
  }

  async receive(
    path: string,
    body: Body,
    options?: { readonly from?: number; readonly limit?: number },
  ): Promise<number> {
    const target = this.#end(path);
    const limit = options?.limit ?? Number.POSITIVE_INFINITY;
    const cuts = this.#cuts;
    let size = options?.from ?? 0;
    await using file = await this.#change(path, async () => {
      await this.#prepare(target, size);
      return await open(join(this.#root, target), "a");
    });
    for await (const bytes of bodyChunks(body)) {
      const fitting = bytes.length > limit - size ? bytes.subarray(0, limit - size) : bytes;
      await this.#change(path, () => {
        if (cuts !== this.#cuts)
          throw new StorageError("failed", `The power went while ${path} was received.`, { path });
        return this.#grow(target, file, fitting);
      });
      size += fitting.length;
      if (fitting !== bytes)
        throw new StorageError("too-large", `${path} would become larger than ${limit} bytes.`, { path, limit });
    }
    return size;
  }

  /** Adds bytes to an open file: all, or (on an error) none. */
  async #grow(path: string, file: FileHandle, content: Uint8Array | string): Promise<void> {
    await this.#notes.beforeGrowing(path);
    const { size } = await file.stat();
    try {
      await file.appendFile(content);
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
  }

  /** Makes a file of `size` bytes stand at the path that only it has: what is added to it changes no blob and nothing synced. */
  async #prepare(path: string, size: number): Promise<void> {
    const before = this.#fileAt(path);
    if (size > (before?.size ?? 0)) {
      const message = `${path} has ${before?.size ?? 0} bytes: nothing can be received from byte ${size} on.`;
      throw new StorageError("mismatch", message, { path, from: size, size: before?.size ?? 0 });
    }
    if (before !== undefined && size === before.size && before.nlink === 1) return;
    const mode = before === undefined ? undefined : (before.mode & 0o7777) | OWNER_MAY_WRITE;
    await this.#replace(path, mode, async (temporary, itsMode) => {
      await using file = await open(temporary, "wx", itsMode);
      if (size > 0) await copyStart(join(this.#root, path), size, file);
    });
  }

  #fileAt(path: string): Stats | undefined {
    const found = lookAt(join(this.#root, path));
    return found?.isFile() ? found : undefined;
  }

  async blob(path: string): Promise<Blob | undefined> {
    const target = this.#resolve(checkPath(path), "follow");
    await using file = target === undefined ? undefined : await this.#openToRead(path);
    if (target === undefined || file === undefined) return undefined;
    return await onHost(path, () => fileBlob(file, join(this.#root, target), false));
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#place(from);
    const target = this.#place(to);
    await this.#change(from, async () => {
      const moved = lookAt(join(this.#root, source));
      const files = moved?.isDirectory() ? await filesBelow(this.#root, source) : moved === undefined ? [] : [source];
      if (files.length === 0) throw new StorageError("missing", `There is no ${from} to rename.`, { path: from });
      if (source === target) return;
      if (target.startsWith(`${source}/`)) throw badPath(to, "it lies in what is to be renamed");
      if (moved?.isDirectory() && this.#standsAt(target))
        throw badPath(to, "it is a file, and no folder can replace it");
      await this.#makeWay(target);
      for (const file of files) {
        const destination = target + file.slice(source.length);
        await this.#notes.beforeReplacing(file);
        await this.#notes.beforeReplacing(destination);
        this.#notes.renamed(file, destination);
        this.#moveLink(file, destination);
      }
      renameSync(join(this.#root, source), join(this.#root, target));
      removeEmptyFolders(this.#root, dirname(source));
    });
  }

  #moveLink(from: string, to: string): void {
    const text = this.#links.get(from);
    this.#links.delete(from);
    this.#links.delete(to);
    if (text !== undefined) this.#links.set(to, text);
  }

  #standsAt(path: string): boolean {
    const found = lookAt(join(this.#root, path));
    return found !== undefined && !found.isDirectory();
  }

  async remove(path: string): Promise<void> {
    const target = this.#resolve(checkPath(path), "keep");
    if (target === undefined) return;
    await this.#change(path, async () => {
      const files = this.#standsAt(target) ? [target] : await filesBelow(this.#root, target);
      for (const file of files) {
        await this.#notes.beforeReplacing(file);
        unlinkSync(join(this.#root, file));
        this.#links.delete(file);
        removeEmptyFolders(this.#root, dirname(file));
      }
    });
  }

  async link(path: string, text: string): Promise<void> {
    const target = this.#place(path);
    if (text === "" || text.includes("\0") || !text.isWellFormed()) throw badPath(text, "it can be no link's text");
    await this.#change(path, async () => {
      await this.#replace(target, undefined, (temporary) => symlink(text, temporary));
      this.#links.set(target, text);
    });
  }

  async readLink(path: string): Promise<string | undefined> {
    const target = this.#resolve(checkPath(path), "keep");
    return target === undefined ? undefined : this.#links.get(target);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const target = this.#resolve(checkPath(path), "keep");
    const found = target === undefined ? undefined : await onHost(path, async () => lookAt(join(this.#root, target)));
    if (found === undefined || !(found.isFile() || found.isSymbolicLink())) return undefined;
    return { kind: found.isFile() ? "file" : "link", size: found.size, modified: instant(Math.floor(found.mtimeMs)) };
  }

  async list(folder: string): Promise<readonly string[]> {
    const target = checkFolder(folder) === "" ? "" : this.#resolve(folder, "follow");
    if (target === undefined) return [];
    const entries = await onHost(folder, () =>
      unlessMissing(readdir(join(this.#root, target), { withFileTypes: true })),
    );
    const shown = (entries ?? []).filter((entry) => entry.isFile() || entry.isDirectory() || entry.isSymbolicLink());
    const names = shown.map((entry) => entry.name).filter((name) => !name.startsWith(RESERVED_PREFIX));
    return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  async sync(): Promise<void> {
    await this.#change("", async () => {
      await this.#notes.flush();
      await this.#notes.clear();
    });
  }

  async usage(): Promise<{ readonly used: number; readonly free: number }> {
    return await onHost(this.#root, async () => {
      let used = 0;
      for (const path of await filesBelow(this.#root, "")) used += lookAt(join(this.#root, path))?.size ?? 0;
      const { bavail, bsize } = await statfs(this.#root);
      return { used, free: bavail * bsize };
    });
  }

  async cut(keep: (path: string) => boolean = () => false): Promise<void> {
    this.#cuts++;
    await this.#change("", async () => {
      await this.#notes.undo(keep);
      this.#links = await linksBelow(this.#root);
    });
  }

  async snapshot(): Promise<StorageSnapshot> {
    return await this.#change("", () => takeSnapshot(this.#root, this.#notes, this.#options));
  }

  async restore(snapshot: StorageSnapshot): Promise<void> {
    this.#cuts++;
    await this.#change("", async () => {
      await this.#notes.clear();
      await loadSnapshot(this.#root, snapshot, this.#options.lock);
      this.#links = await linksBelow(this.#root);
    });
  }

  async close(): Promise<void> {
    await this.#change("", () => this.#notes.clear());
    this.#release();
  }

  /** What a path leads to, links followed as `last` says; `undefined` when they lead out of the storage. */
  #resolve(path: string, last: "follow" | "keep"): string | undefined {
    return this.#links.size === 0 ? path : resolvePath(path, last, (link) => this.#links.get(link));
  }

  /** Where a change of `path` itself happens. */
  #place(path: string): string {
    return inside(path, this.#resolve(checkPath(path), "keep"));
  }

  /** Where a change of the file behind `path` happens. */
  #end(path: string): string {
    return inside(path, this.#resolve(checkPath(path), "follow"));
  }

  #change<T>(path: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(() => onHost(path === "" ? this.#root : path, work));
  }

  /** Lets `make` write a file under a hidden name, then gives it the path's name. The mode is kept unless one is given. */
  async #replace(
    path: string,
    mode: number | undefined,
    make: (temporary: string, mode: number) => Promise<void>,
  ): Promise<void> {
    const host = join(this.#root, path);
    await this.#makeWay(path);
    const before = this.#fileAt(path);
    const temporary = join(dirname(host), `${RESERVED_PREFIX}${process.pid}-${this.#temporaries++}`);
    try {
      await make(
        temporary,
        mode ?? (before === undefined ? (this.#options.mode ?? DEFAULT_MODE) : before.mode & 0o7777),
      );
      await this.#notes.beforeReplacing(path);
      renameSync(temporary, host);
      this.#links.delete(path);
    } catch (error) {
      discard(temporary);
      removeEmptyFolders(this.#root, dirname(path));
      throw error;
    }
  }

  /** Makes the folders of a path. Throws `bad-path` if a file would be a folder too. */
  async #makeWay(path: string): Promise<void> {
    try {
      makeFolderSync(dirname(join(this.#root, path)));
    } catch (error) {
      if (isMissing(error) || hostCode(error) === "EEXIST") throw badPath(path, "a folder of it is a file");
      throw error;
    }
    if (!lookAt(join(this.#root, path))?.isDirectory()) return;
    if ((await filesBelow(this.#root, path)).length > 0) throw badPath(path, "it is a folder");
    await rm(join(this.#root, path), { recursive: true });
  }
}

function inside(path: string, resolved: string | undefined): string {
  if (resolved === undefined) throw badPath(path, "a link in it leads out of the storage");
  return resolved;
}

/** Removes a half-written file, if it can be; the next start removes it otherwise. What went wrong before is the error to report. */
function discard(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch {}
}

/** Makes a hard link; false where that cannot be done, such as from another file system. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (["EXDEV", "EMLINK", "EPERM", "ENOENT"].includes(hostCode(error))) return false;
    throw error;
  }
}

async function copyStart(from: string, size: number, to: FileHandle): Promise<void> {
  await using file = await open(from, "r");
  await to.writeFile(readFrom(file, 0, size, from));
}
