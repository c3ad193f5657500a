import {
  copyFile,
  link,
  lutimes,
  mkdir,
  open,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { foldersOf, RESERVED_PREFIX } from "../path.ts";
import { fateOf } from "../surviving-changes.ts";
import { hostCode } from "./host-errors.ts";
import { lookAt, removeEmptyFolders } from "./host-tree.ts";
import { readStart, SMALL_BYTES } from "./small-files.ts";

/** What a path held at the last sync: small contents are kept in memory. `grown`: that very file, which was shorter. `saved`: a file kept aside, which may have grown since. */
type Note =
  | { readonly kind: "absent" }
  | { readonly kind: "link"; readonly target: string; readonly modified: Date }
  | { readonly kind: "small"; readonly bytes: Uint8Array; readonly mode: number; readonly modified: Date }
  | { readonly kind: "grown"; readonly size: number; readonly modified: Date }
  | { readonly kind: "saved"; readonly file: string; readonly size: number; readonly modified: Date };

/** A file or link as it was at the last sync: its content, or the beginning of a file of the host that has it. */
export type SyncedFile =
  | { readonly kind: "link"; readonly target: string; readonly modified: Date }
  | { readonly kind: "small"; readonly bytes: Uint8Array; readonly modified: Date }
  | { readonly kind: "file"; readonly file: string; readonly size: number; readonly modified: Date };

/** What takes a directory back to its last sync, path by path. Lives only in memory: a process that dies leaves things as they are. */
export class UndoNotes {
  readonly #root: string;
  readonly #folder: string;
  readonly #notes = new Map<string, Note>();
  readonly #moved = new Map<string, string>();
  #saved = 0;

  constructor(root: string) {
    this.#root = root;
    this.#folder = join(root, `${RESERVED_PREFIX}undo`);
  }

  /** Paths changed since the last sync, sorted. */
  get paths(): readonly string[] {
    return [...this.#notes.keys()].sort();
  }

  /** Whether the path held nothing at the last sync. */
  isNew(path: string): boolean {
    return this.#notes.get(path)?.kind === "absent";
  }

  /** To be called before another file takes the path's place, or none. */
  async beforeReplacing(path: string): Promise<void> {
    const known = this.#notes.get(path);
    this.#moved.delete(path);
    if (known !== undefined && known.kind !== "grown") return;
    this.#notes.set(path, await this.#capture(path, known));
  }

  /** To be called before bytes are added to the file itself. */
  async beforeGrowing(path: string): Promise<void> {
    if (this.#notes.has(path)) return;
    const before = lookAt(join(this.#root, path));
    this.#notes.set(
      path,
      before === undefined ? { kind: "absent" } : { kind: "grown", size: before.size, modified: before.mtime },
    );
  }

  /** The file was renamed: old and new name share their fate. */
  renamed(from: string, to: string): void {
    if (this.isNew(from)) this.#notes.delete(from);
    this.#moved.set(from, to);
  }

  async #capture(path: string, known?: Note & { readonly kind: "grown" }): Promise<Note> {
    const host = join(this.#root, path);
    const before = lookAt(host);
    if (before === undefined || before.isDirectory()) return { kind: "absent" };
    if (before.isSymbolicLink()) return { kind: "link", target: await readlink(host), modified: before.mtime };
    const size = known?.size ?? before.size;
    const modified = known?.modified ?? before.mtime;
    if (size > SMALL_BYTES) return { kind: "saved", file: await this.#save(host), size, modified };
    return { kind: "small", bytes: readStart(host, size), mode: before.mode & 0o7777, modified };
  }

  /** What a path held at the last sync. */
  async syncedAt(path: string): Promise<SyncedFile | undefined> {
    const file = join(this.#root, path);
    const note = this.#notes.get(path);
    switch (note?.kind) {
      case "absent":
        return undefined;
      case "link":
      case "small":
        return note;
      case "grown":
        return { kind: "file", file, size: note.size, modified: note.modified };
      case "saved":
        return { kind: "file", file: note.file, size: note.size, modified: note.modified };
      case undefined: {
        const now = lookAt(file);
        if (now?.isSymbolicLink()) return { kind: "link", target: await readlink(file), modified: now.mtime };
        return now?.isFile() ? { kind: "file", file, size: now.size, modified: now.mtime } : undefined;
      }
    }
  }

  async #save(host: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const file = join(this.#folder, String(this.#saved++));
    try {
      await link(host, file);
    } catch (error) {
      if (!["EXDEV", "EMLINK", "EPERM"].includes(hostCode(error))) throw error;
      await copyFile(host, file);
    }
    return file;
  }

  /** Everything is synced: nothing is left to undo. */
  async clear(): Promise<void> {
    this.#notes.clear();
    this.#moved.clear();
    if (this.#saved > 0) await rm(this.#folder, { recursive: true, force: true });
    this.#saved = 0;
  }

  /** Takes back every change whose path is not kept. What comes back wins over a kept file that cannot exist beside it. */
  async undo(keep: (path: string) => boolean): Promise<void> {
    const lost = this.paths.filter((path) => !keep(fateOf(path, this.#moved)));
    for (const path of lost) if (this.#notes.get(path)?.kind !== "grown") await this.#removeFile(path);
    for (const path of lost) await this.#bringBack(path, this.#notes.get(path) ?? { kind: "absent" });
    for (const path of lost) removeEmptyFolders(this.#root, dirname(path));
    await this.clear();
  }

  async #removeFile(path: string): Promise<void> {
    const host = join(this.#root, path);
    const now = lookAt(host);
    if (now !== undefined && !now.isDirectory()) await rm(host);
  }

  async #bringBack(path: string, note: Note): Promise<void> {
    if (note.kind === "absent") return;
    const host = join(this.#root, path);
    if (note.kind === "grown") await truncate(host, note.size);
    else {
      for (const folder of foldersOf(path)) await this.#removeFile(folder);
      if (lookAt(host)?.isDirectory()) await rm(host, { recursive: true });
      await mkdir(dirname(host), { recursive: true });
    }
    if (note.kind === "link") await symlink(note.target, host);
    if (note.kind === "small") await writeFile(host, note.bytes, { mode: note.mode });
    if (note.kind === "saved") {
      await truncate(note.file, note.size);
      await rename(note.file, host);
    }
    await lutimes(host, note.modified, note.modified);
  }

  /** Writes changed files and their folders to the disk. */
  async flush(): Promise<void> {
    const folders = new Set<string>();
    for (const path of this.paths) {
      if (lookAt(join(this.#root, path))?.isFile()) await flushFile(join(this.#root, path));
      folders.add(".");
      for (const folder of foldersOf(path)) folders.add(folder);
    }
    for (const folder of folders) {
      if (lookAt(join(this.#root, folder))?.isDirectory()) await flushFile(join(this.#root, folder));
    }
  }
}

async function flushFile(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
