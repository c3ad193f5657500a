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

/** All backends, under one conformance suite. */
export const storageBackends: readonly StorageBackend[] = [
  {
    name: "memory",
    open: async () => ({ storage: new MemoryStorage({ now }), [Symbol.asyncDispose]: async () => {} }),
  },
  {
    name: "directory",
    open: async () => {
      const folder = await temporaryFolder();
      const storage = await openDirectoryStorage(folder.path, { lock: "config/lock" });
      return {
        storage,
        [Symbol.asyncDispose]: async () => {
          await storage.close();
          await folder[Symbol.asyncDispose]();
        },
      };
    },
  },
  {
    name: "sqlite",
    open: async () => {
      const folder = await temporaryFolder();
      const storages = await SqliteStorages.open(join(folder.path, "storages.db"), { now });
      const neighbour = storages.of("neighbour");
      await neighbour.write("a/neighbour", "not the device's");
      await neighbour.sync();
      return {
        storage: storages.of("device"),
        [Symbol.asyncDispose]: async () => {
          await storages.close();
          await folder[Symbol.asyncDispose]();
        },
      };
    },
  },
];
