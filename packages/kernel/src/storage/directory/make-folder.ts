import { existsSync, mkdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hostCode } from "./host-errors.ts";

/** Makes a folder and those around it, where they are missing. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw honest(error, path);
  }
}

/** {@link makeFolder}, at once. */
export function makeFolderSync(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw honest(error, path);
  }
}

/** Node reports ENOENT where a recursive `mkdir` meets a read-only file system; a plain one tells the truth. */
function honest(error: unknown, path: string): unknown {
  if (hostCode(error) !== "ENOENT") return error;
  let missing = path;
  while (dirname(missing) !== missing && !existsSync(dirname(missing))) missing = dirname(missing);
  try {
    mkdirSync(missing);
    return error;
  } catch (truth) {
    return truth;
  }
}
