import { UnderstudyError } from "../errors/understudy-error.ts";
import type { Body } from "../network/http.ts";
import type { Instant } from "../time/units.ts";
import type { Blob } from "./blob.ts";

export type StorageErrorCode =
  | "full"
  | "read-only"
  | "missing"
  | "bad-path"
  | "mismatch"
  | "too-large"
  | "in-use"
  | "failed";

/** `full`: no space left. `read-only`. `missing`: the file is not there. `in-use`: another process holds the storage. */
export class StorageError extends UnderstudyError<StorageErrorCode> {
  override readonly name = "StorageError";
}

export interface FileStat {
  readonly kind: "file" | "link";
  readonly size: number;
  readonly modified: Instant;
}

/**
 * A stand-in's disk: a tree of files below one root, with paths like `trails/0/.pvr/json` (no leading slash, no `..`, no
 * empty parts). Folders exist as long as something is in them. Every change is atomic: a reader sees the old or the new
 * content. What is not yet synced may be gone after a power cut, each file for itself (a rename whole or not at all); what was synced
 * stays. Links in front of a path's last part are always followed, but never out of the storage: what lies behind such a link is
 * missing, and changing it is a `bad-path`. No file is a folder too (`bad-path`). Names beginning with `.understudy-` are reserved.
 */
export interface Storage {
  /** The content; `undefined` when there is no such file. Links are followed. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** As UTF-8 (malformed bytes become U+FFFD). */
  readText(path: string): Promise<string | undefined>;
  /** Replaces what is there, also a link. `mode` counts on disks of the host only. */
  write(path: string, content: Uint8Array | string, options?: { readonly mode?: number }): Promise<void>;
  /** Adds to the end of the file a link leads to; creates the file when missing. */
  append(path: string, content: Uint8Array | string): Promise<void>;
  /** Puts a blob there, by reference where the backend can. */
  place(path: string, blob: Blob): Promise<void>;
  /**
   * Writes a message body into a file from byte `from` on (default 0; the file is cut there first), as it comes in.
   * What arrived before an error stays, so that a download can be taken up again. The file grows up to `limit` bytes in all, and then
   * throws `too-large`; `from` behind the end is a `mismatch`. Links are followed. Resolves to the new size.
   */
  receive(path: string, body: Body, options?: { readonly from?: number; readonly limit?: number }): Promise<number>;
  /** The file as a blob: hashes it unless the backend knows the hash. `undefined` when missing. */
  blob(path: string): Promise<Blob | undefined>;
  /** Moves a file, a link or a folder; a file or link at `to` is replaced, a folder there is a `bad-path`. Throws `missing`. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or link, or everything below a folder. Missing: nothing happens. */
  remove(path: string): Promise<void>;
  /** A symbolic link with that very text. */
  link(path: string, target: string): Promise<void>;
  /** A link's text; `undefined` when there is no link. */
  readLink(path: string): Promise<string | undefined>;
  /** What stands at that very path, a link not followed; `undefined` for folders and where nothing is. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Names directly below a folder (files, links and folders), sorted by code unit; empty when there is none. */
  list(folder: string): Promise<readonly string[]>;
  /** Makes everything written so far survive a power cut. */
  sync(): Promise<void>;
  /** Bytes used, and bytes still free (`Infinity` where nothing limits it). */
  usage(): Promise<{ readonly used: number; readonly free: number }>;
}

/** A storage as its owner, the power switch, sees it. */
export interface PowerableStorage extends Storage {
  /**
   * The power is gone: drops what was not synced. `keep(path)` says for each unsynced path whether its change made it
   * to the disk all the same; default: none.
   */
  cut(keep?: (path: string) => boolean): Promise<void>;
  /** The synced content, to be given to `restore` of another storage. */
  snapshot(): Promise<StorageSnapshot>;
  restore(snapshot: StorageSnapshot): Promise<void>;
  close(): Promise<void>;
  /** Folder of the host's file system that shows this storage (sockets are bound below it); `undefined` when there is none. */
  readonly hostFolder: string | undefined;
}

/** Plain data; blobs by reference. */
export interface StorageSnapshot {
  readonly files: readonly {
    readonly path: string;
    readonly content: Uint8Array | Blob | { readonly link: string };
    readonly modified: Instant;
  }[];
}
