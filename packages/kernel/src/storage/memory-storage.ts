import type { Instant } from "../time/units.ts";
import { VIRTUAL_EPOCH } from "../time/units.ts";
import type { Blob } from "./blob.ts";
import { type Content, LinkText, pack, sizeOf } from "./content.ts";
import { type LayeredOptions, LayeredStorage } from "./layered-storage.ts";
import { checkPath } from "./path.ts";
import type { SyncedTree } from "./synced-tree.ts";
import { type Change, GONE, smallerPath, Tree } from "./tree.ts";

/** What the memory storages of a lab share: keep one object for all of them. */
export interface MemoryStorageOptions extends LayeredOptions {
  /** Files that every storage begins with. A storage holds only what differs from them. */
  readonly base?: SharedBase;
}

/** A tree that many storages begin with. Never changes. */
export interface SharedBase {
  readonly files: Readonly<Pick<Tree, "get" | "modifiedOf" | "ceiling" | "size" | "pathAt" | "entryAt">>;
}

/** Builds a {@link SharedBase}. Files carry `modified` as their time of change, by default the virtual epoch. */
export function sharedBase(
  files: Iterable<readonly [path: string, content: Uint8Array | string | Blob | { readonly link: string }]>,
  modified: Instant = VIRTUAL_EPOCH,
): SharedBase {
  const tree = new Tree();
  for (const [path, content] of files) {
    const packed = typeof content === "string" || content instanceof Uint8Array ? pack(content) : content;
    const entry = typeof packed === "object" && "link" in packed ? new LinkText(packed.link) : packed;
    tree.set(checkPath(path), entry, modified);
  }
  return { files: tree };
}

/** A storage in memory. It belongs to the ground, so it outlives power cuts; its content is lost with the process. */
export class MemoryStorage extends LayeredStorage {
  constructor(options: MemoryStorageOptions) {
    super(new MemoryTree(options.base), options);
  }
}

class MemoryTree implements SyncedTree {
  readonly #base: SharedBase | undefined;
  readonly #own = new Tree();
  #links: number;

  constructor(base: SharedBase | undefined) {
    this.#base = base;
    this.#links = 0;
    for (let at = 0; at < (base?.files.size ?? 0); at++) if (base?.files.entryAt(at) instanceof LinkText) this.#links++;
  }

  get(path: string): Content | undefined {
    const entry = this.#own.get(path) ?? this.#base?.files.get(path);
    return entry === GONE ? undefined : entry;
  }

  modifiedOf(path: string): Instant | undefined {
    return this.#own.modifiedOf(path) ?? this.#base?.files.modifiedOf(path);
  }

  ceiling(from: string): string | undefined {
    let path = from;
    for (;;) {
      const own = this.#own.ceiling(path);
      const next = smallerPath(own, this.#base?.files.ceiling(path));
      if (next === undefined || next !== own || this.#own.get(next) !== GONE) return next;
      path = `${next}\0`;
    }
  }

  used(): number {
    let used = 0;
    for (let path = this.ceiling(""); path !== undefined; path = this.ceiling(`${path}\0`)) {
      const content = this.get(path);
      if (content !== undefined) used += sizeOf(content);
    }
    return used;
  }

  links(): number {
    return this.#links;
  }

  apply(changes: readonly Change[]): void {
    for (const { path, entry, modified } of changes) {
      if (this.get(path) instanceof LinkText) this.#links--;
      if (entry instanceof LinkText) this.#links++;
      const shared = this.#base?.files.get(path);
      if (entry === shared || (entry === GONE && shared === undefined)) this.#own.delete(path);
      else this.#own.set(path, entry, modified);
    }
  }

  learned(path: string, content: Content): void {
    const modified = this.#own.modifiedOf(path);
    if (modified !== undefined) this.#own.set(path, content, modified);
  }

  async close(): Promise<void> {}
}
