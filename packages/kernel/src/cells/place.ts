import type { Blobs } from "../storage/blob.ts";
import { DirectoryBlobs } from "../storage/directory-blobs.ts";
import { openDirectoryStorage } from "../storage/directory-storage.ts";
import { MemoryBlobs } from "../storage/memory-blobs.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../storage/memory-storage.ts";
import { PathNames } from "../storage/path-names.ts";
import type { PowerableStorage, Storage } from "../storage/storage.ts";
import { openStores } from "../store/open-stores.ts";
import type { PowerableStores } from "../store/store.ts";
import type { Timekeeper } from "../time/clock.ts";
import { type Duration, milliseconds } from "../time/units.ts";

/** Where a live lab keeps what outlasts it: a folder of the host, or memory. */
export interface Place {
  readonly blobs: Blobs;
  readonly stores: PowerableStores;
  /** By how much the lab's time was ahead of the machine's when it ran here last. */
  readonly ahead: Duration;
  keepAhead(ahead: Duration): Promise<void>;
  storageFor(id: string, time: Timekeeper): Promise<PowerableStorage>;
  close(): Promise<void>;
}

export interface PlaceOptions {
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
export async function openPlace(options: PlaceOptions): Promise<Place> {
  const { data, database, storages = {} } = options;
  const standIns = options.standIns ?? (data === undefined ? undefined : `${data}/stand-ins`);
  const locked = data ?? standIns;
  const guard = locked === undefined ? undefined : await openDirectoryStorage(locked, { lock: "lab.lock" });
  try {
    const stores = await openStores(database ?? (data === undefined ? "memory:" : `sqlite:${data}/tables.db`));
    const blobs = data === undefined ? new MemoryBlobs() : await DirectoryBlobs.open(`${data}/blobs`);
    const open: PowerableStorage[] = Object.values(storages);
    const { intern } = new PathNames();
    let disks: MemoryStorageOptions | undefined; // one for all: stand-ins are many
    return {
      blobs,
      stores,
      ahead: guard === undefined ? milliseconds(0) : await readAhead(guard),
      async keepAhead(ahead) {
        await guard?.write(CLOCK, JSON.stringify({ aheadMs: ahead }));
        await guard?.sync();
      },
      async storageFor(id, time) {
        const elsewhere = storages[id];
        if (elsewhere !== undefined) return elsewhere;
        disks ??= { now: () => time.now(), intern };
        const storage =
          standIns === undefined
            ? new MemoryStorage(disks)
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

const CLOCK = "clock.json";

/** A file that says nothing sensible counts as none: the lab's time is the machine's then. */
async function readAhead(folder: Storage): Promise<Duration> {
  const found = /^\{"aheadMs":(\d{1,15})\}$/.exec((await folder.readText(CLOCK)) ?? "");
  return milliseconds(Number(found?.[1] ?? 0));
}
