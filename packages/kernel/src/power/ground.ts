import type { SeededRandom } from "../chance/random.ts";
import type { EventRecorder } from "../events/recorder.ts";
import type { FaultBook } from "../faults/fault-book.ts";
import type { Logger } from "../log/logger.ts";
import type { Network } from "../network/network.ts";
import type { Audit } from "../server/audit.ts";
import type { Blobs } from "../storage/blob.ts";
import type { Stores } from "../store/store.ts";
import type { Timekeeper } from "../time/clock.ts";
import type { WriteProbe } from "./life.ts";

/** What a lab, or one cell of it, stands on; `Power` hands each stand-in its own slice of it, boot by boot. */
export interface Ground {
  readonly time: Timekeeper;
  /** The random root; a stand-in's streams lie below its id and boot count. */
  readonly random: SeededRandom;
  readonly network: Network;
  readonly blobs: Blobs;
  readonly stores: Stores;
  readonly faults: FaultBook;
  readonly events: EventRecorder;
  readonly logFor: (id: string) => Logger;
  /** Absent: nothing is noted. */
  readonly auditFor?: (id: string) => Audit;
  /** The network as one stand-in's link shows it (latency, partition …); absent: the plain network for all. */
  readonly linkOf?: (id: string) => Network;
  readonly probe?: WriteProbe;
}
