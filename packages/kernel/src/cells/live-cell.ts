import { SeededRandom } from "../chance/random.ts";
import { UsageError } from "../errors/understudy-error.ts";
import type { EventRecorder } from "../events/recorder.ts";
import { FaultBook } from "../faults/fault-book.ts";
import type { FaultRule } from "../faults/faults.ts";
import type { Logger } from "../log/logger.ts";
import { silentLogger } from "../log/silent-logger.ts";
import type { Issue, Network } from "../network/network.ts";
import { SocketNetwork } from "../network/sockets/socket-network.ts";
import type { WriteProbe } from "../power/life.ts";
import type { Audit } from "../server/audit.ts";
import type { Blobs } from "../storage/blob.ts";
import { MemoryBlobs } from "../storage/memory-blobs.ts";
import { MemoryStorage } from "../storage/memory-storage.ts";
import { PathNames } from "../storage/path-names.ts";
import type { PowerableStorage } from "../storage/storage.ts";
import { MemoryStores } from "../store/memory-store.ts";
import type { Stores } from "../store/store.ts";
import { RealTime } from "../time/real-time.ts";
import type { Duration } from "../time/units.ts";
import { Cell } from "./cell.ts";

export interface LiveCellOptions {
  /** In a lab, its seed; for servers with real secrets, real entropy. */
  readonly seed: number | string;
  readonly events: EventRecorder;
  /** How much faster than the machine's clock the cell's time runs. Default 1. */
  readonly scale?: number;
  /** By how much the cell's time is ahead of the machine's from the start. Default 0. */
  readonly ahead?: Duration;
  readonly faults?: readonly FaultRule[];
  readonly logFor?: (id: string) => Logger;
  /** Default: memory. */
  readonly storageFor?: (id: string, time: RealTime) => PowerableStorage | Promise<PowerableStorage>;
  /** Default: memory. Closed by whoever opened them. */
  readonly stores?: Stores;
  readonly blobs?: Blobs;
  readonly auditFor?: (id: string) => Audit;
  /** The network as one stand-in sees it; default: the plain one. */
  readonly linkOf?: (id: string) => Network;
  readonly probe?: WriteProbe;
  /** Where listeners of stand-ins get certificates from that are to be issued; absent: there are none. */
  readonly issue?: Issue;
}

/** For how long one instant is waited for while time is put forward, in milliseconds of the machine. */
const SETTLE_MS = 10;

/** A cell in real time over sockets: any client can join. */
export class LiveCell extends Cell implements AsyncDisposable {
  readonly time: RealTime;
  readonly network: SocketNetwork;
  #advancing = false;

  constructor(options: LiveCellOptions) {
    const time = new RealTime({
      ...(options.scale === undefined ? {} : { scale: options.scale }),
      ...(options.ahead === undefined ? {} : { ahead: options.ahead }),
    });
    const network = new SocketNetwork(time, options.issue === undefined ? {} : { issue: options.issue });
    const random = new SeededRandom(options.seed, 0);
    const stores = options.stores ?? new MemoryStores();
    const blobs = options.blobs ?? new MemoryBlobs();
    const faults = new FaultBook(options.seed, options.faults);
    const disks = { now: () => time.now(), intern: new PathNames().intern };
    const storageFor = options.storageFor ?? ((): PowerableStorage => new MemoryStorage(disks));
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
        logFor: options.logFor ?? (() => silentLogger),
        ...(options.auditFor === undefined ? {} : { auditFor: options.auditFor }),
        ...(options.linkOf === undefined ? {} : { linkOf: options.linkOf }),
        ...(options.probe === undefined ? {} : { probe: options.probe }),
      }),
      { storageFor: (id) => storageFor(id, time) },
    );
    this.time = time;
    this.network = network;
  }

  /**
   * Puts the time forward: what would have happened meanwhile happens at once, in its order. Resolves when the cell has arrived.
   * Throws `UsageError` while it is on its way already.
   */
  async advance(by: Duration): Promise<void> {
    if (this.#advancing) throw new UsageError("advancing", "The lab's time is being put forward already.", {});
    this.#advancing = true;
    try {
      await this.time.advance(by, () => this.#settle());
    } finally {
      this.#advancing = false;
    }
  }

  /** Waits until nobody is in the middle of an episode; those that wait for something themselves are not waited for long. */
  async #settle(): Promise<void> {
    const patience = performance.now() + SETTLE_MS;
    do await new Promise<void>(setImmediate);
    while (!this.power.isQuiet && performance.now() < patience);
  }

  /** Ends all sockets and timers. Switch the stand-ins off before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.network[Symbol.asyncDispose]();
    this.time[Symbol.dispose]();
  }
}
