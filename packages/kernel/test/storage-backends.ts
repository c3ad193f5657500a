import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDirectoryStorage } from "../src/storage/directory-storage.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { SqliteStorages } from "../src/storage/sqlite-storage.ts";
import type { PowerableStorage } from "../src/storage/storage.ts";
import { instant } from "../src/time/units.ts";

/** A storage for one test; dispose it. */
export interface OpenedStorage extends AsyncDisposable {
  readonly storage: PowerableStorage;
}

export interface StorageBackend {
  readonly name: string;
  open(): Promise<OpenedStorage>;
}

/** A folder that is gone with its owner. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "understudy-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const now = () => instant(1_767_225_600_500);

/** A storage with what has to be disposed after it; where opening fails, that goes at once. */
async function opened(open: (after: AsyncDisposableStack) => Promise<PowerableStorage>): Promise<OpenedStorage> {
  await using after = new AsyncDisposableStack();
  const storage = await open(after);
  const owned = after.move();
  return { storage, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** All backends, under one conformance suite. */
export const storageBackends: readonly StorageBackend[] = [
  { name: "memory", open: () => opened(async () => new MemoryStorage({ now })) },
  {
    name: "directory",
    open: () =>
      opened(async (after) => {
        const folder = after.use(await temporaryFolder());
        const storage = await openDirectoryStorage(folder.path, { lock: "config/lock" });
        after.defer(() => storage.close());
        return storage;
      }),
  },
  {
    name: "sqlite",
    open: () =>
      opened(async (after) => {
        const folder = after.use(await temporaryFolder());
        const storages = await SqliteStorages.open(join(folder.path, "storages.db"), { now });
        after.defer(() => storages.close());
        const neighbour = storages.of("neighbour");
        await neighbour.write("a/neighbour", "not the device's");
        await neighbour.sync();
        return storages.of("device");
      }),
  },
];
