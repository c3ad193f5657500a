import { mkdirSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hostCode } from "./host-errors.ts";

// Not Node's recursive mkdir: on a read-only file system it reports ENOENT, and on one like /proc it never ends.

/** Makes a folder and those around it, where they are missing. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (isFolder(path)) return;
    if (!lacksParent(error, path)) throw error;
    await makeFolder(dirname(path));
    await mkdir(path).catch((again: unknown) => unlessFolder(path, again));
  }
}

/** {@link makeFolder}, at once. */
export function makeFolderSync(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (isFolder(path)) return;
    if (!lacksParent(error, path)) throw error;
    makeFolderSync(dirname(path));
    try {
      mkdirSync(path);
    } catch (again) {
      unlessFolder(path, again);
    }
  }
}

/** Somebody else may have made it meanwhile. */
function unlessFolder(path: string, error: unknown): void {
  if (!isFolder(path)) throw error;
}

const lacksParent = (error: unknown, path: string): boolean => hostCode(error) === "ENOENT" && dirname(path) !== path;
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
