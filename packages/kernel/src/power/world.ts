import type { Random } from "../chance/random.ts";
import type { EventSink } from "../events/event.ts";
import type { Faults } from "../faults/faults.ts";
import type { Logger } from "../log/logger.ts";
import type { Network } from "../network/network.ts";
import type { Audit } from "../server/audit.ts";
import type { Blobs } from "../storage/blob.ts";
import type { Storage } from "../storage/storage.ts";
import type { Stores } from "../store/store.ts";
import type { Clock } from "../time/clock.ts";

/**
 * How a boot came about. `cold`: the power was switched on, after a cut, an end in good order or a reboot. `resumed`: nothing
 * happened to the stand-in; the lab's process came back, or a snapshot was taken up. A first boot of all is `resumed` too,
 * with an empty storage.
 */
export type Start = "cold" | "resumed";

/**
 * All that a stand-in has of the outside, for one boot. `Power` mints it; after a power cut none of its calls ever completes.
 */
export interface World {
  /** The stand-in's id, unique in its lab. */
  readonly id: string;
  /** Counts from 1. Chance differs from boot to boot. */
  readonly bootCount: number;
  readonly start: Start;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly network: Network;
  readonly storage: Storage;
  /** Tables, for those who need them (clouds, the edge agent). */
  readonly stores: Stores;
  readonly blobs: Blobs;
  readonly events: EventSink;
  readonly log: Logger;
  /** Where a server notes who changed what. Nothing is kept in virtual time. */
  readonly audit: Audit;
  /** Runs real I/O while virtual time stands still. In real time it just runs. */
  outside<T>(work: () => Promise<T>): Promise<T>;
  /** Aborted at the power cut. */
  readonly signal: AbortSignal;
}
