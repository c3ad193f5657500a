import type { JsonValue } from "../events/event.ts";
import type { Instant } from "../time/units.ts";

/** Who changed what. */
export interface AuditEntry {
  readonly t: Instant;
  /** Id of the server that was changed. */
  readonly server: string;
  /** A user, device or address, such as `user1`, `prn:::devices:/65f0…`, `127.0.0.1`. Never a secret. */
  readonly who: string;
  /** What was asked for, such as `device.delete`. */
  readonly action: string;
  /** What it was asked for, such as a device id. */
  readonly target: string;
  /** `done`, or why not, such as `denied`. */
  readonly result: string;
  readonly details?: JsonValue;
}

/** Where a server notes who changed what. Never throws, never waits. */
export interface Audit {
  record(change: Omit<AuditEntry, "t" | "server">): void;
}

/** Notes nothing: for simulations of many servers. */
export const silentAudit: Audit = Object.freeze({ record: () => {} });
