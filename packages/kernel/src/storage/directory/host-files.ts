import { renameSync, type Stats, unlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, link, open, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Blob } from "../blob.ts";
import { FileBlob, readFrom } from "../file-blob.ts";
import { badPath, checkPath, RESERVED_PREFIX } from "../path.ts";
import { resolvePath } from "../resolve-path.ts";
import { StorageError } from "../storage.ts";
import { hostCode, isMissing } from "./host-errors.ts";
import { filesBelow, linksBelow, lookAt, removeEmptyFolders } from "./host-tree.ts";
import { makeFolderSync } from "./make-folder.ts";
import { SMALL_BYTES } from "./small-files.ts";
import { UndoNotes } from "./undo-notes.ts";

const DEFAULT_MODE = 0o644;
const OWNER_MAY_WRITE = 0o200;

/** The files below a directory of the host, and how they are changed: each at once, and noted so that it can be undone. One change at a time. */
export class HostFiles {
  readonly root: string;
  readonly notes: UndoNotes;
  readonly #mode: number;
  /** Links by path. Those that other programs made since the start are left to the host. */
  #links: Map<string, string>;
  #temporaries = 0;

  private constructor(root: string, mode: number, links: Map<string, string>) {
    this.root = root;
    this.notes = new UndoNotes(root);
    this.#mode = mode;
    this.#links = links;
  }

  /** `mode` is that of files written without one; default 0o644. */
  static async open(root: string, mode: number = DEFAULT_MODE): Promise<HostFiles> {
    return new HostFiles(root, mode, await linksBelow(root));
  }

  /** To be called when files changed in other ways. */
  async rescan(): Promise<void> {
    this.#links = await linksBelow(this.root);
  }

  hostPath(path: string): string {
    return join(this.root, path);
  }

  linkAt(path: string): string | undefined {
    return this.#links.get(path);
  }

  async write(path: string, content: Uint8Array | string, mode: number | undefined): Promise<void> {
    await this.#replace(path, mode, async (temporary, itsMode) => {
      if (content.length <= SMALL_BYTES) return writeFileSync(temporary, content, { flag: "wx", mode: itsMode });
      await using file = await open(temporary, "wx", itsMode);
      await file.writeFile(content);
    });
  }

  /** Shares a blob that lies on the same disk; copies any other. */
  async place(path: string, blob: Blob): Promise<void> {
    await this.#replace(path, undefined, async (temporary, mode) => {
      if (blob instanceof FileBlob && blob.shared && (await linked(blob.hostPath, temporary))) return;
      await using file = await open(temporary, "wx", mode);
      await file.writeFile(blob.chunks());
    });
  }

  async link(path: string, text: string): Promise<void> {
    await this.#replace(path, undefined, (temporary) => symlink(text, temporary));
    this.#links.set(path, text);
  }

  /** Files are moved one by one as far as undoing goes, and at once as far as readers see. */
  async rename(source: string, target: string): Promise<void> {
    const files = await this.filesAt(source);
    await this.#makeWay(target);
    for (const file of files) {
      const destination = target + file.slice(source.length);
      await this.notes.beforeReplacing(file);
      await this.notes.beforeReplacing(destination);
      this.notes.renamed(file, destination);
      this.#moveLink(file, destination);
    }
    renameOver(this.hostPath(source), this.hostPath(target));
    removeEmptyFolders(this.root, dirname(source));
  }

  async remove(path: string): Promise<void> {
    for (const file of await this.filesAt(path)) {
      await this.notes.beforeReplacing(file);
      unlinkSync(this.hostPath(file));
      this.#links.delete(file);
      removeEmptyFolders(this.root, dirname(file));
    }
  }

  /** The file or link at that path, or all below that folder. */
  async filesAt(path: string): Promise<readonly string[]> {
    return this.standsAt(path) ? [path] : await filesBelow(this.root, path);
  }

  /** Whether a file or link stands there. */
  standsAt(path: string): boolean {
    const found = lookAt(this.hostPath(path));
    return found !== undefined && !found.isDirectory();
  }

  /** Adds bytes to an open file: all, or (on an error) none. */
  async grow(path: string, file: FileHandle, content: Uint8Array | string): Promise<void> {
    await this.notes.beforeGrowing(path);
    const { size } = await file.stat();
    try {
      await file.appendFile(content);
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
  }

  /** Makes a file of `size` bytes stand at the path that only it has: what is added to it changes no blob and nothing synced. */
  async prepare(path: string, size: number): Promise<void> {
    const before = this.fileAt(path);
    if (size > (before?.size ?? 0)) {
      const message = `${path} has ${before?.size ?? 0} bytes: nothing can be received from byte ${size} on.`;
      throw new StorageError("mismatch", message, { path, from: size, size: before?.size ?? 0 });
    }
    if (before !== undefined && size === before.size && before.nlink === 1) return;
    const mode = before === undefined ? undefined : (before.mode & 0o7777) | OWNER_MAY_WRITE;
    await this.#replace(path, mode, async (temporary, itsMode) => {
      await using file = await open(temporary, "wx", itsMode);
      if (size > 0) await copyStart(this.hostPath(path), size, file);
    });
  }

  fileAt(path: string): Stats | undefined {
    const found = lookAt(this.hostPath(path));
    return found?.isFile() ? found : undefined;
  }

  #moveLink(from: string, to: string): void {
    const text = this.#links.get(from);
    this.#links.delete(from);
    this.#links.delete(to);
    if (text !== undefined) this.#links.set(to, text);
  }

  /** What a path leads to, links followed as `last` says; `undefined` when they lead out of the storage. */
  resolve(path: string, last: "follow" | "keep"): string | undefined {
    return this.#links.size === 0 ? path : resolvePath(path, last, (link) => this.#links.get(link));
  }

  /** Where a change of `path` itself happens. */
  placeOf(path: string): string {
    return inside(path, this.resolve(checkPath(path), "keep"));
  }

  /** Where a change of the file behind `path` happens. */
  endOf(path: string): string {
    return inside(path, this.resolve(checkPath(path), "follow"));
  }

  /** Lets `make` write a file under a hidden name, then gives it the path's name. The mode is kept unless one is given. */
  async #replace(
    path: string,
    mode: number | undefined,
    make: (temporary: string, mode: number) => Promise<void>,
  ): Promise<void> {
    const host = this.hostPath(path);
    await this.#makeWay(path);
    const before = this.fileAt(path);
    const temporary = join(dirname(host), `${RESERVED_PREFIX}${process.pid}-${this.#temporaries++}`);
    try {
      await make(temporary, mode ?? (before === undefined ? this.#mode : before.mode & 0o7777));
      await this.notes.beforeReplacing(path);
      renameOver(temporary, host);
      this.#links.delete(path);
    } catch (error) {
      discard(temporary);
      removeEmptyFolders(this.root, dirname(path));
      throw error;
    }
  }

  /** Makes the folders of a path. Throws `bad-path` if a file would be a folder too. */
  async #makeWay(path: string): Promise<void> {
    try {
      makeFolderSync(dirname(this.hostPath(path)));
    } catch (error) {
      if (isMissing(error) || hostCode(error) === "EEXIST") throw badPath(path, "a folder of it is a file");
      throw error;
    }
    if (!lookAt(this.hostPath(path))?.isDirectory()) return;
    if ((await filesBelow(this.root, path)).length > 0) throw badPath(path, "it is a folder");
    await rm(this.hostPath(path), { recursive: true });
  }
}

function inside(path: string, resolved: string | undefined): string {
  if (resolved === undefined) throw badPath(path, "a link in it leads out of the storage");
  return resolved;
}

/** Renames; where both names are one file (by hard links) POSIX does nothing, and the old name has to go by hand. */
function renameOver(from: string, to: string): void {
  renameSync(from, to);
  if (lookAt(from) !== undefined) unlinkSync(from);
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
