import { lutimes, mkdir, open, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { instant } from "../../time/units.ts";
import type { Blob, Blobs } from "../blob.ts";
import { readFrom } from "../file-blob.ts";
import { MemoryBlobs } from "../memory-blobs.ts";
import { checkPath } from "../path.ts";
import type { StorageSnapshot } from "../storage.ts";
import { filesBelow } from "./host-tree.ts";
import { readStart, SMALL_BYTES } from "./small-files.ts";
import type { SyncedFile, UndoNotes } from "./undo-notes.ts";

type SnapshotFile = StorageSnapshot["files"][number];

/** What was synced, the lock file left out. Files that are not small go into `blobs`, by default into memory. */
export async function takeSnapshot(
  root: string,
  notes: UndoNotes,
  options: { readonly blobs?: Blobs; readonly lock?: string },
): Promise<StorageSnapshot> {
  const blobs = options.blobs ?? new MemoryBlobs();
  const paths = new Set([...(await filesBelow(root, "")), ...notes.paths]);
  if (options.lock !== undefined) paths.delete(options.lock);
  const files: SnapshotFile[] = [];
  for (const path of [...paths].sort()) {
    const synced = await notes.syncedAt(path);
    if (synced === undefined) continue;
    files.push({
      path,
      content: await contentOf(synced, blobs),
      modified: instant(Math.floor(synced.modified.getTime())),
    });
  }
  return { files };
}

async function contentOf(synced: SyncedFile, blobs: Blobs): Promise<SnapshotFile["content"]> {
  if (synced.kind === "link") return { link: synced.target };
  if (synced.kind === "small") return synced.bytes;
  if (synced.size <= SMALL_BYTES) return readStart(synced.file, synced.size);
  await using file = await open(synced.file, "r");
  return await blobs.receive(readFrom(file, 0, synced.size, synced.file));
}

/** Replaces all files but the lock file by those of a snapshot, and writes them to the disk. */
export async function loadSnapshot(root: string, snapshot: StorageSnapshot, lock: string | undefined): Promise<void> {
  for (const path of await filesBelow(root, "")) if (path !== lock) await rm(join(root, path));
  for (const { path, content, modified } of snapshot.files) {
    const host = join(root, checkPath(path));
    await mkdir(dirname(host), { recursive: true });
    await putContent(host, content);
    const time = modified / 1000;
    await lutimes(host, time, time);
  }
}

async function putContent(host: string, content: Uint8Array | Blob | { readonly link: string }): Promise<void> {
  if (content instanceof Uint8Array) return await writeFile(host, content, { flush: true });
  if ("link" in content) return await symlink(content.link, host);
  await writeFile(host, content.chunks(), { flush: true });
}
