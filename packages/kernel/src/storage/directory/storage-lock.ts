import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../errors/understudy-error.ts";
import { sqliteProblem } from "../sqlite-problem.ts";
import { StorageError } from "../storage.ts";
import { storageError } from "./host-errors.ts";
import { makeFolderSync } from "./make-folder.ts";

/** A lock that is held. The operating system releases it too when the process ends in any way. */
export interface HeldLock {
  release(): void;
}

/**
 * Locks a storage by an exclusively locked SQLite file: Node offers no other lock that ends with the process. Throws `in-use` while
 * another process, or another storage of this one, holds it.
 */
export function lockStorage(file: string, root: string): HeldLock {
  let database: DatabaseSync | undefined;
  try {
    makeFolderSync(dirname(file));
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE"); // no journal file beside the lock
  } catch (error) {
    database?.close();
    throw lockError(error, file, root);
  }
  const held = database;
  return { release: () => held.close() };
}

function lockError(error: unknown, file: string, root: string): StorageError {
  const details = { root, lock: file };
  switch (sqliteProblem(error)) {
    case undefined:
      return storageError(error, file);
    case "in-use": {
      const message = `The storage ${root} is in use by another process (lock ${file}). Stop that one first, or choose another storage.`;
      return new StorageError("in-use", message, details, { cause: error });
    }
    case "read-only":
      return new StorageError("read-only", `The lock ${file} cannot be written: ${messageOf(error)}.`, details, {
        cause: error,
      });
    case "not-a-database": {
      const message = `${file} is not a lock file of ours. Remove it if no other program uses the storage ${root}.`;
      return new StorageError("failed", message, details, { cause: error });
    }
    default:
      return new StorageError("failed", `The lock ${file} cannot be taken: ${messageOf(error)}.`, details, {
        cause: error,
      });
  }
}
