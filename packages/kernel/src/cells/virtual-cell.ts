import { SeededRandom } from "../chance/random.ts";
import type { EventRecorder } from "../events/recorder.ts";
import { FaultBook } from "../faults/fault-book.ts";
import type { FaultRule } from "../faults/faults.ts";
import { silentLogger } from "../log/silent-logger.ts";
import { InProcessNetwork } from "../network/in-process/in-process-network.ts";
import type { WriteProbe } from "../power/life.ts";
import type { PowerSnapshot } from "../power/power.ts";
import type { Blobs } from "../storage/blob.ts";
import { MemoryBlobs } from "../storage/memory-blobs.ts";
import { MemoryStorage } from "../storage/memory-storage.ts";
import { PathNames } from "../storage/path-names.ts";
import { MemoryStores } from "../store/memory-store.ts";
import type { StoresSnapshot } from "../store/store.ts";
import type { Instant } from "../time/units.ts";
import { VirtualTime } from "../time/virtual-time.ts";
import { Cell, type Roster } from "./cell.ts";

export interface VirtualCellOptions {
  readonly seed: number | string;
  /** Number of the cell in its lab; part of its random root. Default 0. */
  readonly cell?: number;
  readonly faults?: readonly FaultRule[];
  readonly events: EventRecorder;
  /** Blobs shared by many cells; default: the cell's own. */
  readonly blobs?: Blobs;
  readonly probe?: WriteProbe;
  /** Where time starts; default the virtual epoch. */
  readonly start?: Instant;
}

/** What a cell is when nothing of it runs. Loaded twice, it gives twice the same. Content is shared by reference. */
export interface CellSnapshot {
  readonly seed: number | string;
  readonly cell: number;
  readonly faults: readonly FaultRule[];
  readonly roster: Roster;
  readonly power: PowerSnapshot;
  readonly stores: StoresSnapshot;
  readonly blobs: Blobs;
}

/** A cell in virtual time: direct calls, memory, no real I/O. The same seed gives the same events. */
export class VirtualCell extends Cell {
  readonly time: VirtualTime;
  readonly #seed: number | string;
  readonly #number: number;
  readonly #stores: MemoryStores;

  constructor(options: VirtualCellOptions) {
    const time = new VirtualTime(options.start);
    const stores = new MemoryStores();
    const blobs = options.blobs ?? new MemoryBlobs();
    const faults = new FaultBook(options.seed, options.faults);
    const random = new SeededRandom(options.seed, options.cell ?? 0);
    const network = new InProcessNetwork(time);
    const disks = { now: () => time.now(), intern: new PathNames().intern };
    super(
      options.events,
      (events) => ({
        time,
        random,
        network,
        blobs,
        stores,
        faults,
        events,
        logFor: () => silentLogger,
        ...(options.probe === undefined ? {} : { probe: options.probe }),
      }),
      { storageFor: () => new MemoryStorage(disks) },
    );
    this.time = time;
    this.#seed = options.seed;
    this.#number = options.cell ?? 0;
    this.#stores = stores;
  }

  /** As a power cut of everything at this instant would leave it; the cell itself goes on. */
  async freeze(): Promise<CellSnapshot> {
    return {
      seed: this.#seed,
      cell: this.#number,
      faults: this.ground.faults.rules,
      roster: this.roster(),
      power: await this.power.snapshot(),
      stores: await this.#stores.snapshot(),
      blobs: this.ground.blobs,
    };
  }

  /** A cell that takes up a frozen one: same stand-ins, same time; those that were on are booted. */
  static async thaw(snapshot: CellSnapshot, events: EventRecorder): Promise<VirtualCell> {
    const { seed, cell, faults, blobs, power } = snapshot;
    const thawed = new VirtualCell({ seed, cell, faults, blobs, events, start: power.now });
    await thawed.cast(snapshot.roster);
    await thawed.#stores.restore(snapshot.stores);
    await thawed.power.restore(power);
    return thawed;
  }
}
