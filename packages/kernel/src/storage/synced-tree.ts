import type { Instant } from "../time/units.ts";
import type { Content } from "./content.ts";
import type { Change } from "./tree.ts";

/** The part of a storage that survives a power cut, below {@link LayeredStorage}. */
export interface SyncedTree {
  get(path: string): Content | undefined;
  modifiedOf(path: string): Instant | undefined;
  /** The first path at or after that one, ordered by code point. */
  ceiling(path: string): string | undefined;
  /** Bytes of all files and links. */
  used(): number;
  /** How many links there are: without any, paths need not be resolved. */
  links(): number;
  /**
   * Makes the changes last, all or none. Whoever has to wait before it does so asks `powered` once more, and does nothing when the
   * power went meanwhile. Throws `full`, `read-only` or `failed`.
   */
  apply(changes: readonly Change[], powered: () => boolean): Promise<void> | void;
  /** The file's content was hashed meanwhile: keep it by reference to its blob, if that is cheap. */
  learned(path: string, content: Content): void;
  close(): Promise<void>;
}
