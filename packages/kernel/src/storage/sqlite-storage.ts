import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { messageOf } from "../errors/understudy-error.ts";
import type { Instant } from "../time/units.ts";
import { type Content, LinkText } from "./content.ts";
import { onHost } from "./directory/host-errors.ts";
import { makeFolder } from "./directory/make-folder.ts";
import { Turns } from "./directory/turns.ts";
import { DirectoryBlobs } from "./directory-blobs.ts";
import { LayeredStorage } from "./layered-storage.ts";
import { loadContent, needsBlobs, type StoredContent, storeLarge, storeSmall } from "./sqlite/stored-content.ts";
import { sqliteProblem } from "./sqlite-problem.ts";
import { type PowerableStorage, StorageError } from "./storage.ts";
import type { SyncedTree } from "./synced-tree.ts";
import { type Change, GONE } from "./tree.ts";

export interface SqliteStorageOptions {
  /** Gives files their time of change. */
  readonly now: () => Instant;
  /** Size of each storage in bytes; default: without limit. */
  readonly capacity?: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS storages (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS files (
    storage INTEGER NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    PRIMARY KEY (storage, path)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uses (
    storage INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (sha256, storage, path)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS uses_of ON uses (storage, path);`;

/**
 * Storages of many stand-ins in one SQLite file; contents over 16 KiB lie in the folder `<file>.blobs` beside it, each once. What is
 * not synced is held in memory; a sync is one transaction. One process at a time.
 */
export class SqliteStorages {
  readonly #database: DatabaseSync;
  readonly #shared: SharedFiles;
  readonly #options: SqliteStorageOptions;

  private constructor(database: DatabaseSync, blobs: DirectoryBlobs, options: SqliteStorageOptions) {
    this.#database = database;
    this.#options = options;
    this.#shared = new SharedFiles(database, blobs);
  }

  /** Opens the file and makes it when it is missing. Throws `in-use` while another process has it, `read-only` or `failed`. */
  static async open(file: string, options: SqliteStorageOptions): Promise<SqliteStorages> {
    await onHost(file, () => makeFolder(dirname(file)));
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(file, { timeout: 0 });
      database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      database.exec(SCHEMA);
      const storages = new SqliteStorages(database, await DirectoryBlobs.open(`${file}.blobs`), options);
      await storages.#shared.removeUnused();
      return storages;
    } catch (error) {
      database?.close();
      throw asStorageError(error, file);
    }
  }

  /** The storage of that stand-in; empty at first. Ask once per id: two at a time would not see each other's unsynced changes. */
  of(id: string): PowerableStorage {
    return new LayeredStorage(new SqliteTree(this.#shared, this.#shared.idOf(id)), this.#options);
  }

  /** Closes the file. Storages of it must not be used any more. */
  async close(): Promise<void> {
    await this.#shared.idle();
    this.#database.close();
  }
}

/** The tables, with their statements prepared once, and the blobs that files refer to. */
class SharedFiles {
  readonly blobs: DirectoryBlobs;
  readonly #database: DatabaseSync;
  readonly #turns = new Turns();
  readonly get: StatementSync;
  readonly ceiling: StatementSync;
  readonly total: StatementSync;
  readonly #set: StatementSync;
  readonly #delete: StatementSync;
  readonly #use: StatementSync;
  readonly #usedBy: StatementSync;
  readonly #unuse: StatementSync;
  readonly #isUsed: StatementSync;

  constructor(database: DatabaseSync, blobs: DirectoryBlobs) {
    this.blobs = blobs;
    this.#database = database;
    this.get = database.prepare("SELECT kind, body, modified FROM files WHERE storage = ? AND path = ?");
    this.ceiling = database.prepare("SELECT path FROM files WHERE storage = ? AND path >= ? ORDER BY path LIMIT 1");
    this.total = database.prepare(
      "SELECT coalesce(sum(size), 0) AS used, coalesce(sum(kind = 'link'), 0) AS links FROM files WHERE storage = ?",
    );
    this.#set = database.prepare(
      "INSERT INTO files (storage, path, kind, body, size, modified) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET kind = excluded.kind, body = excluded.body, size = excluded.size, modified = excluded.modified",
    );
    this.#delete = database.prepare("DELETE FROM files WHERE storage = ? AND path = ?");
    this.#use = database.prepare("INSERT INTO uses (storage, path, sha256) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    this.#usedBy = database.prepare("SELECT sha256 FROM uses WHERE storage = ? AND path = ?");
    this.#unuse = database.prepare("DELETE FROM uses WHERE storage = ? AND path = ?");
    this.#isUsed = database.prepare("SELECT 1 FROM uses WHERE sha256 = ? LIMIT 1");
  }

  idOf(name: string): number {
    this.#database.prepare("INSERT INTO storages (name) VALUES (?) ON CONFLICT DO NOTHING").run(name);
    return Number(this.#database.prepare("SELECT id FROM storages WHERE name = ?").get(name)?.["id"]);
  }

  /** Waits until no work with blobs is left. */
  idle(): Promise<void> {
    return this.#turns.run(async () => {});
  }

  apply(storage: number, changes: readonly Change[], powered: () => boolean): Promise<void> | void {
    const large = changes.filter((change) => change.entry !== GONE && needsBlobs(change.entry));
    if (large.length === 0) {
      this.#removeLater(this.#write(storage, changes, new Map()));
      return;
    }
    return this.#turns.run(async () => {
      const stored = new Map<Change, StoredContent>();
      for (const change of large)
        if (change.entry !== GONE) stored.set(change, await storeLarge(change.entry, this.blobs));
      if (powered()) await this.#remove(this.#write(storage, changes, stored));
    });
  }

  /** One transaction. Gives back the blobs that files of it no longer use. */
  #write(storage: number, changes: readonly Change[], stored: ReadonlyMap<Change, StoredContent>): string[] {
    const freed: string[] = [];
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const change of changes) {
        const { path, entry, modified } = change;
        for (const used of this.#usedBy.all(storage, path)) freed.push(String(used["sha256"]));
        this.#unuse.run(storage, path);
        if (entry === GONE) this.#delete.run(storage, path);
        else {
          const { kind, body, size, blobs } = stored.get(change) ?? storeSmall(entry);
          this.#set.run(storage, path, kind, body, size, modified);
          for (const sha256 of blobs) this.#use.run(storage, path, sha256);
        }
      }
      this.#database.exec("COMMIT");
      return freed;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw asStorageError(error, "the storages");
    }
  }

  /** Waits for blobs that are being taken in, so that none of them is removed before its file is written. */
  #removeLater(freed: readonly string[]): void {
    if (freed.length > 0) void this.#turns.run(() => this.#remove(freed)).catch(leftForNextStart);
  }

  async #remove(freed: readonly string[]): Promise<void> {
    for (const sha256 of freed) if (this.#isUsed.get(sha256) === undefined) await this.blobs.remove(sha256);
  }

  /** Removes blobs that no file uses: what a killed process left. */
  async removeUnused(): Promise<void> {
    await this.#remove(await this.blobs.names());
  }
}

/** A blob that cannot be removed now does no harm: the next start tries again. */
const leftForNextStart = (): void => {};

class SqliteTree implements SyncedTree {
  readonly #shared: SharedFiles;
  readonly #storage: number;
  #links: number;

  constructor(shared: SharedFiles, storage: number) {
    this.#shared = shared;
    this.#storage = storage;
    this.#links = this.#total("links");
  }

  get(path: string): Content | undefined {
    const row = this.#shared.get.get(this.#storage, path);
    return row === undefined ? undefined : loadContent(row["kind"], row["body"], this.#shared.blobs);
  }

  modifiedOf(path: string): Instant | undefined {
    const row = this.#shared.get.get(this.#storage, path);
    return row === undefined ? undefined : (Number(row["modified"]) as Instant);
  }

  ceiling(path: string): string | undefined {
    const row = this.#shared.ceiling.get(this.#storage, path);
    return row === undefined ? undefined : String(row["path"]);
  }

  used(): number {
    return this.#total("used");
  }

  links(): number {
    return this.#links;
  }

  apply(changes: readonly Change[], powered: () => boolean): Promise<void> | void {
    const applied = this.#shared.apply(this.#storage, changes, powered);
    const count = (): void => {
      this.#links = this.#total("links");
    };
    if (applied !== undefined) return applied.then(count);
    if (this.#links > 0 || changes.some((change) => change.entry instanceof LinkText)) count();
  }

  learned(): void {}

  async close(): Promise<void> {}

  #total(column: "used" | "links"): number {
    return Number(this.#shared.total.get(this.#storage)?.[column] ?? 0);
  }
}

function asStorageError(error: unknown, file: string): StorageError {
  if (error instanceof StorageError) return error;
  const details = { path: file };
  switch (sqliteProblem(error)) {
    case "in-use":
      return new StorageError(
        "in-use",
        `${file} is in use by another process. Stop that one first, or choose another file.`,
        details,
        { cause: error },
      );
    case "full":
      return new StorageError("full", `No space is left for ${file}.`, details, { cause: error });
    case "read-only":
      return new StorageError("read-only", `${file} cannot be written: ${messageOf(error)}.`, details, {
        cause: error,
      });
    default:
      return new StorageError("failed", `${file}: ${messageOf(error)}.`, details, { cause: error });
  }
}
