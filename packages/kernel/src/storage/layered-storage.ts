import type { Body } from "../network/http.ts";
import type { Instant } from "../time/units.ts";
import type { Blob } from "./blob.ts";
import { piecesOf } from "./body-pieces.ts";
import {
  appended,
  blobOf,
  type Content,
  cutTo,
  LinkText,
  PackedBytes,
  type Piece,
  Pieces,
  pack,
  pieceOf,
  readContent,
  sizeOf,
} from "./content.ts";
import { LayeredTree } from "./layered-tree.ts";
import { badPath, checkFolder, checkPath } from "./path.ts";
import { type FileStat, type PowerableStorage, StorageError, type StorageSnapshot } from "./storage.ts";
import type { SyncedTree } from "./synced-tree.ts";
import { type Entry, GONE, Tree } from "./tree.ts";

/** What storages of one ground share. Keep one object for all of them. */
export interface LayeredOptions {
  /** Gives files their time of change. */
  readonly now: () => Instant;
  /** Size of the disk in bytes; default: without limit. */
  readonly capacity?: number;
  /** Gives one string for equal paths; default: paths are kept as they come. */
  readonly intern?: (path: string) => string;
}

/** A storage on a {@link LayeredTree}. Nothing here waits for anything but blobs and message bodies, and the synced layer where it must. */
export class LayeredStorage implements PowerableStorage {
  readonly #synced: SyncedTree;
  readonly #options: LayeredOptions;
  readonly #tree: LayeredTree;
  #cuts = 0;
  #syncing: Promise<void> | undefined;

  constructor(synced: SyncedTree, options: LayeredOptions) {
    this.#synced = synced;
    this.#tree = new LayeredTree(synced);
    this.#options = options;
  }

  get hostFolder(): string | undefined {
    return undefined;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const content = this.#contentBehind(path);
    return content === undefined ? undefined : await readContent(content);
  }

  async readText(path: string): Promise<string | undefined> {
    const content = this.#contentBehind(path);
    if (content === undefined || typeof content === "string") return content;
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await readContent(content));
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    this.#put(this.#place(path), pack(content));
  }

  async append(path: string, content: Uint8Array | string): Promise<void> {
    const target = this.#end(path);
    this.#put(target, appended(this.#tree.contentAt(target) ?? "", pieceOf(content)));
  }

  async place(path: string, blob: Blob): Promise<void> {
    this.#put(this.#place(path), blob);
  }

  async receive(
    path: string,
    body: Body,
    options?: { readonly from?: number; readonly limit?: number },
  ): Promise<number> {
    const target = this.#end(path);
    const from = options?.from ?? 0;
    const before = this.#tree.contentAt(target) ?? "";
    if (from > sizeOf(before)) {
      const message = `${path} has ${sizeOf(before)} bytes: nothing can be received from byte ${from} on.`;
      throw new StorageError("mismatch", message, { path, from, size: sizeOf(before) });
    }
    let content = cutTo(before, from);
    this.#put(target, content);
    const cuts = this.#cuts;
    for await (const piece of piecesOf(body)) {
      if (cuts !== this.#cuts) throw new StorageError("failed", `The power went while ${path} was received.`, { path });
      content = this.#grow(target, content, piece, options?.limit);
    }
    return sizeOf(content);
  }

  /** Takes in what fits and keeps it; throws when that is not the whole piece. */
  #grow(path: string, content: Content, piece: Piece, limit = Number.POSITIVE_INFINITY): Content {
    const whole = appended(content, piece);
    const allowed = Math.min(limit, sizeOf(content) + this.#free());
    const grown = sizeOf(whole) <= allowed ? whole : cutTo(whole, allowed);
    this.#put(path, grown);
    if (grown === whole) return whole;
    if (allowed === limit)
      throw new StorageError("too-large", `${path} would become larger than ${limit} bytes.`, { path, limit });
    throw full(path);
  }

  async blob(path: string): Promise<Blob | undefined> {
    checkPath(path);
    const target = this.#tree.resolve(path, "follow");
    const content = target === undefined ? undefined : this.#tree.contentAt(target);
    if (target === undefined || content === undefined) return undefined;
    const blob = await blobOf(content);
    if (content instanceof Pieces && this.#tree.contentAt(target) === content) this.#tree.remember(target, blob);
    return blob;
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#place(from);
    const target = this.#place(to);
    const content = this.#tree.contentAt(source);
    const files = content === undefined ? this.#tree.filesBelow(source) : [source];
    if (files.length === 0) throw new StorageError("missing", `There is no ${from} to rename.`, { path: from });
    if (source === target) return;
    if (target.startsWith(`${source}/`)) throw badPath(to, "it lies in what is to be renamed");
    if (content === undefined && this.#tree.contentAt(target) !== undefined)
      throw badPath(to, "it is a file, and no folder can replace it");
    this.#tree.checkFree(target);
    for (const file of files) {
      this.#tree.move(file, this.#intern(target + file.slice(source.length)), this.#options.now());
    }
  }

  async remove(path: string): Promise<void> {
    checkPath(path);
    const target = this.#tree.resolve(path, "keep");
    if (target === undefined) return;
    if (this.#tree.contentAt(target) !== undefined) this.#tree.drop(target, this.#options.now());
    else for (const file of this.#tree.filesBelow(target)) this.#tree.drop(file, this.#options.now());
  }

  async link(path: string, target: string): Promise<void> {
    if (target === "" || target.includes("\0") || !target.isWellFormed())
      throw badPath(target, "it can be no link's text");
    this.#put(this.#place(path), new LinkText(target));
  }

  async readLink(path: string): Promise<string | undefined> {
    const content = this.#contentOf(path);
    return content instanceof LinkText ? content.target : undefined;
  }

  async stat(path: string): Promise<FileStat | undefined> {
    checkPath(path);
    const target = this.#tree.resolve(path, "keep");
    const content = target === undefined ? undefined : this.#tree.contentAt(target);
    if (target === undefined || content === undefined) return undefined;
    const kind = content instanceof LinkText ? "link" : "file";
    return { kind, size: sizeOf(content), modified: this.#tree.modifiedOf(target) ?? this.#options.now() };
  }

  async list(folder: string): Promise<readonly string[]> {
    const resolved = checkFolder(folder) === "" ? "" : this.#tree.resolve(folder, "follow");
    if (resolved === undefined) return [];
    const prefix = resolved === "" ? "" : `${resolved}/`;
    const names: string[] = [];
    for (let path = this.#tree.ceiling(prefix); path?.startsWith(prefix); ) {
      const slash = path.indexOf("/", prefix.length);
      const name = path.slice(prefix.length, slash < 0 ? undefined : slash);
      names.push(name);
      // "0" is the character after "/": the first path behind everything in that folder.
      path = this.#tree.ceiling(slash < 0 ? `${path}\0` : `${prefix}${name}0`);
    }
    return names.sort(byUnit);
  }

  async sync(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing;
    const changes = this.#tree.changes();
    if (changes.length === 0) return;
    const cuts = this.#cuts;
    const applied = this.#synced.apply(changes, () => cuts === this.#cuts);
    if (applied !== undefined) {
      this.#syncing = applied.finally(() => {
        this.#syncing = undefined;
      });
      await this.#syncing;
    }
    if (cuts === this.#cuts) this.#tree.forget(changes);
  }

  async usage(): Promise<{ readonly used: number; readonly free: number }> {
    return { used: this.#tree.used(), free: this.#free() };
  }

  async cut(keep: (path: string) => boolean = () => false): Promise<void> {
    this.#cuts++;
    const kept = this.#tree.cut(keep);
    if (kept.length > 0) await this.#synced.apply(kept, () => true);
  }

  async snapshot(): Promise<StorageSnapshot> {
    const files: { path: string; content: Uint8Array | Blob | { link: string }; modified: Instant }[] = [];
    for (let path = this.#synced.ceiling(""); path !== undefined; path = this.#synced.ceiling(`${path}\0`)) {
      const content = this.#synced.get(path);
      const modified = this.#synced.modifiedOf(path);
      if (content === undefined || modified === undefined) continue;
      files.push({ path, content: await snapshotOf(content), modified });
    }
    return { files };
  }

  async restore(snapshot: StorageSnapshot): Promise<void> {
    this.#cuts++;
    this.#tree.cut(() => false);
    const changes = new Tree();
    for (let path = this.#synced.ceiling(""); path !== undefined; path = this.#synced.ceiling(`${path}\0`)) {
      changes.set(path, GONE, this.#options.now());
    }
    for (const { path, content, modified } of snapshot.files)
      changes.set(this.#intern(path), restored(content), modified);
    await this.#synced.apply(changes.changes(), () => true);
  }

  async close(): Promise<void> {
    await this.#synced.close();
  }

  /** What stands at a path, links in front of its last part followed. */
  #contentOf(path: string): Content | undefined {
    checkPath(path);
    const target = this.#tree.resolve(path, "keep");
    return target === undefined ? undefined : this.#tree.contentAt(target);
  }

  /** What a path leads to, all links followed. */
  #contentBehind(path: string): Content | undefined {
    checkPath(path);
    const target = this.#tree.resolve(path, "follow");
    return target === undefined ? undefined : this.#tree.contentAt(target);
  }

  /** Where a change of `path` itself happens. */
  #place(path: string): string {
    const target = this.#tree.resolve(checkPath(path), "keep");
    if (target === undefined) throw badPath(path, "a link in it leads out of the storage");
    return target;
  }

  /** Where a change of the file behind `path` happens. */
  #end(path: string): string {
    const target = this.#tree.resolve(checkPath(path), "follow");
    if (target === undefined) throw badPath(path, "a link in it leads out of the storage");
    return target;
  }

  #intern(path: string): string {
    return this.#options.intern === undefined ? path : this.#options.intern(path);
  }

  #put(path: string, content: Content): void {
    this.#tree.checkFree(path);
    if (this.#options.capacity !== undefined) {
      const before = this.#tree.contentAt(path);
      if (sizeOf(content) - (before === undefined ? 0 : sizeOf(before)) > this.#free()) throw full(path);
    }
    this.#tree.set(this.#intern(path), content, this.#options.now());
  }

  #free(): number {
    const capacity = this.#options.capacity;
    return capacity === undefined ? Number.POSITIVE_INFINITY : Math.max(0, capacity - this.#tree.used());
  }
}

const full = (path: string): StorageError => new StorageError("full", `No space is left for ${path}.`, { path });

const byUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function snapshotOf(content: Content): Promise<Uint8Array | Blob | { readonly link: string }> {
  if (content instanceof LinkText) return { link: content.target };
  return typeof content === "string" || content instanceof PackedBytes
    ? await readContent(content)
    : await blobOf(content);
}

const restored = (content: Uint8Array | Blob | { readonly link: string }): Entry =>
  content instanceof Uint8Array ? pack(content) : "link" in content ? new LinkText(content.link) : content;
