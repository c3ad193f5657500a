import {
  MemoryStorage,
  MemoryStores,
  type PowerableStorage,
  type PowerableStores,
  type RealTime,
} from "@understudy/kernel";
import { openDirectoryStorage, openStores } from "@understudy/kernel/live";

/** Where a Panorama and its firewalls keep what outlasts the process. */
export interface Place {
  readonly stores: PowerableStores;
  storageFor(id: string, time: RealTime): Promise<PowerableStorage>;
  /** A storage that was opened; `undefined` for others. */
  opened(id: string): PowerableStorage | undefined;
  close(): Promise<void>;
}

export interface PlaceOptions {
  /** A SQLite file; firewalls lie in a folder beside it. */
  readonly db?: string;
  /** URL of a database for Panorama's tables, instead of the file. */
  readonly database?: string;
}

/** Opens the place: memory where no file is named. Throws `in-use` when another process has it. */
export async function openPlace({ db, database }: PlaceOptions): Promise<Place> {
  const guard = db === undefined ? undefined : await openDirectoryStorage(`${db}.firewalls`, { lock: "lock" });
  try {
    const url = database ?? (db === undefined ? undefined : `sqlite:${db}`);
    const stores = url === undefined ? new MemoryStores() : await openStores(url);
    const open = new Map<string, PowerableStorage>();
    return {
      stores,
      async storageFor(id, time) {
        const storage =
          db === undefined
            ? new MemoryStorage({ now: () => time.now() })
            : await openDirectoryStorage(`${db}.firewalls/${id}`);
        open.set(id, storage);
        return storage;
      },
      opened: (id) => open.get(id),
      async close() {
        await Promise.all([...open.values()].map((storage) => storage.close()));
        await stores.close();
        await guard?.close();
      },
    };
  } catch (error) {
    await guard?.close();
    throw error;
  }
}
