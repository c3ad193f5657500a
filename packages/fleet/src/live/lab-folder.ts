import {
  type Blobs,
  MemoryBlobs,
  MemoryStorage,
  type PowerableStorage,
  type PowerableStores,
  type Timekeeper,
} from "@understudy/kernel";
import { DirectoryBlobs, openDirectoryStorage, openStores } from "@understudy/kernel/live";

/** Where a live lab keeps what outlasts it: a folder of the host, or memory. */
export interface LabPlace {
  readonly blobs: Blobs;
  readonly stores: PowerableStores;
  storageFor(id: string, time: Timekeeper): Promise<PowerableStorage>;
  close(): Promise<void>;
}

export interface LabPlaceOptions {
  /** Absent: memory. */
  readonly data?: string;
  /** URL of the database for tables; default: `tables.db` in the data folder, or memory. */
  readonly database?: string;
  /** Folder with a folder for each stand-in; default: `stand-ins` in the data folder, or memory. */
  readonly standIns?: string;
  /** Storages of stand-ins that lie elsewhere, by id: open already, and closed with the lab. */
  readonly storages?: Readonly<Record<string, PowerableStorage>>;
}

/** Opens the place of a lab: `DIR/stand-ins/ID`, `DIR/blobs` and `DIR/tables.db`. Throws `in-use` when another lab holds it. */
export async function openLabPlace(options: LabPlaceOptions): Promise<LabPlace> {
  const { data, database, storages = {} } = options;
  const standIns = options.standIns ?? (data === undefined ? undefined : `${data}/stand-ins`);
  const locked = data ?? standIns;
  const guard = locked === undefined ? undefined : await openDirectoryStorage(locked, { lock: "lab.lock" });
  try {
    const stores = await openStores(database ?? (data === undefined ? "memory:" : `sqlite:${data}/tables.db`));
    const blobs = data === undefined ? new MemoryBlobs() : await DirectoryBlobs.open(`${data}/blobs`);
    const open: PowerableStorage[] = Object.values(storages);
    return {
      blobs,
      stores,
      async storageFor(id, time) {
        const elsewhere = storages[id];
        if (elsewhere !== undefined) return elsewhere;
        const storage =
          standIns === undefined
            ? new MemoryStorage({ now: () => time.now() })
            : await openDirectoryStorage(`${standIns}/${id}`, { blobs });
        open.push(storage);
        return storage;
      },
      async close() {
        await Promise.all(open.map((storage) => storage.close()));
        await stores.close();
        await guard?.close();
      },
    };
  } catch (error) {
    await guard?.close();
    throw error;
  }
}
