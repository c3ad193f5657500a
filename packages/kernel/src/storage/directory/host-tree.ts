import { lstatSync, rmdirSync, type Stats } from "node:fs";
import { readdir, readlink, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RESERVED_PREFIX } from "../path.ts";
import { hostCode, isMissing, unlessMissing } from "./host-errors.ts";

/** What lies at a place of the host, links not followed; `undefined` when nothing does. At once: the thread pool takes ten times as long. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Files and links below a folder (the root: empty path), as paths from the root; the backends' own files left out. */
export async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = (await unlessMissing(readdir(join(root, folder), { withFileTypes: true }))) ?? [];
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(RESERVED_PREFIX)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await filesBelow(root, path)));
    else if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
  }
  return files;
}

/** All links below the root with their texts. */
export async function linksBelow(root: string): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  for (const path of await filesBelow(root, "")) {
    if (lookAt(join(root, path))?.isSymbolicLink()) links.set(path, await readlink(join(root, path)));
  }
  return links;
}

/** Removes what backends left below the root when they were killed. */
export async function clearLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(RESERVED_PREFIX)) await rm(path, { recursive: true, force: true });
    else if (entry.isDirectory()) await clearLeftovers(path);
  }
}

const NOT_EMPTY = new Set(["ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR"]);

/** Removes a folder and those around it, up to the root, as long as they are empty. */
export function removeEmptyFolders(root: string, folder: string): void {
  for (let path = folder; path !== "." && path !== ""; path = dirname(path)) {
    try {
      rmdirSync(join(root, path));
    } catch (error) {
      if (!NOT_EMPTY.has(hostCode(error))) throw error;
      if (hostCode(error) !== "ENOENT") return;
    }
  }
}
