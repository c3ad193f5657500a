import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isMissing } from "./host-errors.ts";

/** Files up to this size are read and written at once; larger ones by the thread pool, which costs ten times as much per call. */
export const SMALL_BYTES = 64 * 1024;

/** A file's content; `undefined` when there is no file, `large` when it is not small. */
export function readSmall(path: string): Uint8Array | "large" | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return undefined;
    return found.size > SMALL_BYTES ? "large" : readFrom(file, found.size);
  } finally {
    closeSync(file);
  }
}

/** The first `size` bytes of a file that has as many. */
export function readStart(path: string, size: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    return readFrom(file, size);
  } finally {
    closeSync(file);
  }
}

function readFrom(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = readSync(file, bytes, at, size - at, at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
