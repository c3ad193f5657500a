import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../errors/understudy-error.ts";
import { StorageError } from "../storage.ts";
import { storageError } from "./host-errors.ts";

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
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE"); // no journal file beside the lock
  } catch (error) {
    database?.close();
    throw lockError(error, file, root);
  }
  const held = database;
  return { release: () => held.close() };
}

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

function lockError(error: unknown, file: string, root: string): StorageError {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
  if (code === SQLITE_BUSY) {
    const message = `The storage ${root} is in use by another process (lock ${file}). Stop that one first, or choose another storage.`;
    return new StorageError("in-use", message, { root, lock: file }, { cause: error });
  }
  if (code === SQLITE_READONLY || code === SQLITE_CANTOPEN) {
    return new StorageError(
      "read-only",
      `The lock ${file} cannot be written: ${messageOf(error)}.`,
      { root, lock: file },
      { cause: error },
    );
  }
  if (code === SQLITE_NOTADB) {
    const message = `${file} is not a lock file of ours. Remove it if no other program uses the storage ${root}.`;
    return new StorageError("failed", message, { root, lock: file }, { cause: error });
  }
  return code === undefined
    ? storageError(error, file)
    : new StorageError(
        "failed",
        `The lock ${file} cannot be taken: ${messageOf(error)}.`,
        { root, lock: file },
        { cause: error },
      );
}
