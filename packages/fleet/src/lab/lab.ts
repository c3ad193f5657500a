import type { Decisions, Duration, Family, FaultRule, JsonObject } from "@understudy/kernel";

/** A lab as it runs: read from a lab file, or put together in code. */
export interface Lab {
  readonly seed: number | string;
  /** How long a lab in virtual time runs; live labs go on until they are stopped. */
  readonly duration: Duration;
  readonly clouds: readonly LabCloud[];
  readonly fleets: readonly LabFleet[];
  readonly faults: readonly FaultRule[];
  readonly timeline: readonly TimelineEntry[];
  /** All families of the lab, by name. */
  readonly families: ReadonlyMap<string, Family>;
}

export interface LabCloud {
  readonly name: string;
  readonly family: Family;
  readonly options: JsonObject;
}

export interface LabFleet {
  readonly name: string;
  readonly family: Family;
  /** Name of its cloud; absent: its devices reach out by their own options. */
  readonly cloud?: string;
  readonly decide: Decisions;
  /** Options of every device, overridden by those of `devices`. */
  readonly options: JsonObject;
  readonly count: number;
  /** Devices listed one by one; then `count` is their number. */
  readonly devices?: readonly LabDevice[];
}

export interface LabDevice {
  readonly id?: string;
  readonly options: JsonObject;
}

/** Which devices an entry of the timeline is for; absent parts mean all. */
export interface Selection {
  readonly family?: string;
  readonly fleet?: string;
  /** Id or glob. */
  readonly device?: string;
  /** Share of the devices, 0 … 1, drawn for each device from its own stream. */
  readonly share?: number;
}

export type TimelineEntry =
  | {
      readonly kind: "act";
      readonly at: Duration;
      readonly action: string;
      readonly args: JsonObject;
      readonly to: Selection;
    }
  | { readonly kind: "power-cut"; readonly at: Duration; readonly to: Selection; readonly lasting?: Duration }
  /** Makes devices what a tester wants them to be; `wanted` fits the family's `force` schema. */
  | { readonly kind: "force"; readonly at: Duration; readonly wanted: JsonObject; readonly to: Selection }
  | { readonly kind: "fault"; readonly at: Duration; readonly rule: FaultRule };
