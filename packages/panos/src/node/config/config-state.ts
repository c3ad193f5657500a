import type { Instant } from "@understudy/kernel";
import type { Coverage } from "./journal.ts";

/** What a node stores of its configuration besides the documents themselves. */
export interface ConfigState {
  /** Document that runs; `undefined`: the one every such node starts with. */
  readonly running?: string;
  /** Document that Panorama pushed last. */
  readonly pushed?: string;
  readonly coverage: Coverage;
  /** Number of the last document that was written. */
  readonly lastDocument: number;
  readonly locks: readonly Lock[];
  /** Saved configurations by the name they were given. */
  readonly saved: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly kind: "config" | "commit";
  /** `shared`, or a `vsysN`, or a device group. */
  readonly scope: string;
  readonly admin: string;
  readonly created: Instant;
  readonly comment: string;
}

export const FIRST_CONFIG: ConfigState = Object.freeze({
  coverage: Object.freeze({ upTo: 0, except: Object.freeze([]) }),
  lastDocument: 0,
  locks: Object.freeze([]),
  saved: Object.freeze({}),
});
