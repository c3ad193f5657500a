import { messageOf } from "../../errors/understudy-error.ts";
import { StorageError, type StorageErrorCode } from "../storage.ts";

/** The operating system's code of an error, such as `ENOENT`; empty when it has none. */
export const hostCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOSPC: "full",
  EDQUOT: "full",
  EROFS: "read-only",
  EACCES: "read-only",
  EPERM: "read-only",
};

const ADVICE: Readonly<Partial<Record<StorageErrorCode, string>>> = {
  full: "no space is left on the device",
  "read-only": "it cannot be written here; check the permissions and the mount",
};

/** An error of the operating system as the storage's own. */
export function storageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = CODES[hostCode(error)] ?? "failed";
  const message = `${path}: ${ADVICE[code] ?? messageOf(error)}.`;
  return new StorageError(code, message, { path }, { cause: error });
}

/** Runs file work; errors of the operating system come out as `StorageError`. */
export async function onHost<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, path);
  }
}

const NOT_THERE = new Set(["ENOENT", "ENOTDIR"]);

/** Whether an error says that there is no such file. */
export const isMissing = (error: unknown): boolean => NOT_THERE.has(hostCode(error));

/** Runs file work; `undefined` when there is no such file. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
