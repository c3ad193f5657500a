import type { Instant } from "../time/units.ts";
import type { Blob } from "./blob.ts";
import { type Content, LinkText, sizeOf } from "./content.ts";
import { badPath, foldersOf } from "./path.ts";
import { resolvePath } from "./resolve-path.ts";
import { withoutConflicts } from "./surviving-changes.ts";
import type { SyncedTree } from "./synced-tree.ts";
import { type Change, GONE, smallerPath, Tree } from "./tree.ts";

/**
 * The files of a storage in two layers: what was synced, and what changed since. The upper layer exists only while there is something
 * in it.
 */
export class LayeredTree {
  readonly #synced: SyncedTree;
  #unsynced: Tree | undefined;
  /** For files that were renamed away since the last sync: the new name, whose fate they share in a power cut. */
  #moved: Map<string, string> | undefined;
  /** Whether a link was made since the last sync. */
  #linked = false;

  constructor(synced: SyncedTree) {
    this.#synced = synced;
  }

  contentAt(path: string): Content | undefined {
    const unsynced = this.#unsynced?.get(path);
    if (unsynced === undefined) return this.#synced.get(path);
    return unsynced === GONE ? undefined : unsynced;
  }

  modifiedOf(path: string): Instant | undefined {
    return this.#unsynced?.modifiedOf(path) ?? this.#synced.modifiedOf(path);
  }

  /** What a path leads to, links followed as `last` says; `undefined` when they lead out of the storage. */
  resolve(path: string, last: "follow" | "keep"): string | undefined {
    if (!this.#linked && this.#synced.links() === 0) return path;
    return resolvePath(path, last, (part) => {
      const content = this.contentAt(part);
      return content instanceof LinkText ? content.target : undefined;
    });
  }

  /** The first file at or after that path. */
  ceiling(from: string): string | undefined {
    let path = from;
    for (;;) {
      const unsynced = this.#unsynced?.ceiling(path);
      const next = smallerPath(unsynced, this.#synced.ceiling(path));
      if (next === undefined || next !== unsynced || this.#unsynced?.get(next) !== GONE) return next;
      path = `${next}\0`;
    }
  }

  filesBelow(folder: string): string[] {
    const files: string[] = [];
    const prefix = `${folder}/`;
    for (let path = this.ceiling(prefix); path?.startsWith(prefix); path = this.ceiling(`${path}\0`)) files.push(path);
    return files;
  }

  /** Throws `bad-path` unless a file may stand there: no file is a folder too. */
  checkFree(path: string): void {
    if (this.contentAt(path) !== undefined) return;
    for (const folder of foldersOf(path)) {
      if (this.contentAt(folder) !== undefined) throw badPath(path, `${folder} is a file`);
    }
    if (this.ceiling(`${path}/`)?.startsWith(`${path}/`)) throw badPath(path, "it is a folder");
  }

  set(path: string, content: Content, modified: Instant): void {
    this.#unsynced ??= new Tree();
    this.#unsynced.set(path, content, modified);
    this.#moved?.delete(path);
    if (content instanceof LinkText) this.#linked = true;
  }

  drop(path: string, at: Instant): void {
    this.#moved?.delete(path);
    if (this.#synced.get(path) !== undefined) {
      this.#unsynced ??= new Tree();
      this.#unsynced.set(path, GONE, at);
    } else {
      this.#unsynced?.delete(path);
      if (this.#unsynced?.size === 0) this.#clear();
    }
  }

  /** Gives a file another name; its time of change stays. */
  move(from: string, to: string, at: Instant): void {
    const content = this.contentAt(from);
    if (content === undefined) return;
    const modified = this.modifiedOf(from) ?? at;
    this.drop(from, at);
    this.set(to, content, modified);
    this.#moved ??= new Map();
    this.#moved.set(from, to);
  }

  /** The file was hashed: the next call for its blob finds it. */
  remember(path: string, blob: Blob): void {
    const unsynced = this.#unsynced?.modifiedOf(path);
    if (unsynced !== undefined) this.#unsynced?.set(path, blob, unsynced);
    else this.#synced.learned(path, blob);
  }

  /** Bytes of all files and links. */
  used(): number {
    let used = this.#synced.used();
    for (const { path, entry } of this.changes()) {
      const before = this.#synced.get(path);
      used += (entry === GONE ? 0 : sizeOf(entry)) - (before === undefined ? 0 : sizeOf(before));
    }
    return used;
  }

  changes(): Change[] {
    return this.#unsynced === undefined ? [] : this.#unsynced.changes();
  }

  /** These changes are synced; what changed meanwhile stays unsynced. */
  forget(changes: readonly Change[]): void {
    const unsynced = this.#unsynced;
    for (const { path, entry } of changes) {
      if (unsynced?.get(path) !== entry) continue;
      unsynced.delete(path);
      this.#moved?.delete(path);
    }
    if (unsynced?.size === 0) this.#clear();
  }

  /** Drops all changes. Gives back those that made it to the disk. */
  cut(keep: (path: string) => boolean): Change[] {
    const changes = this.changes();
    const moved = this.#moved;
    this.#clear();
    return withoutConflicts(changes, { keep, moved, synced: this.#synced });
  }

  #clear(): void {
    this.#unsynced = undefined;
    this.#moved = undefined;
    this.#linked = false;
  }
}
