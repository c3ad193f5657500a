import { SeededRandom } from "../chance/random.ts";
import type { EventRecorder } from "../events/recorder.ts";
import { FaultBook } from "../faults/fault-book.ts";
import type { FaultRule } from "../faults/faults.ts";
import type { Logger } from "../log/logger.ts";
import { silentLogger } from "../log/silent-logger.ts";
import type { Network } from "../network/network.ts";
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
import { Cell } from "./cell.ts";

export interface LiveCellOptions {
  /** In a lab, its seed; for servers with real secrets, real entropy. */
  readonly seed: number | string;
  readonly events: EventRecorder;
  /** How much faster than the machine's clock the cell's time runs. Default 1. */
  readonly scale?: number;
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
}

/** A cell in real time over sockets: any client can join. */
export class LiveCell extends Cell implements AsyncDisposable {
  readonly time: RealTime;
  readonly network: SocketNetwork;

  constructor(options: LiveCellOptions) {
    const time = new RealTime(options.scale === undefined ? {} : { scale: options.scale });
    const network = new SocketNetwork(time);
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

  /** Ends all sockets and timers. Switch the stand-ins off before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.network[Symbol.asyncDispose]();
    this.time[Symbol.dispose]();
  }
}
