import type {
  Belief,
  DeviceState,
  Difference,
  Duration,
  Family,
  FaultRule,
  HealthChecks,
  HttpHandler,
  JsonObject,
  Timekeeper,
} from "@understudy/kernel";
import type { EventFeed } from "./api/event-ring.ts";

/** One device as the lab API sees it. Nothing is put together before it is asked for. */
export interface DeviceView {
  readonly id: string;
  readonly family: string;
  /** Name of its cloud in the lab; absent for a device whose cloud is elsewhere. */
  readonly cloud?: string;
  readonly isOn: boolean;
  /** What it really is; `phase` is `off` without power. An open question stands under `question`. */
  state(): DeviceState;
  /** `undefined`: its cloud is elsewhere, or does not know it. */
  belief(): Belief | undefined;
  /** Where both differ. */
  differences(): readonly Difference[];
}

/** `on` and `off` are orderly; `cut` pulls the plug: what was not synced may be gone. */
export type PowerTarget = "on" | "off" | "cut";

/** All that the lab API needs of a lab, live or not. */
export interface LabView {
  readonly name: string;
  readonly time: Timekeeper;
  readonly families: readonly Pick<Family, "name" | "phases" | "schemas" | "operations">[];
  readonly events: EventFeed;
  readonly deviceCount: number;
  readonly health: HealthChecks;
  /** The fault book's rules, in order. */
  readonly faults: readonly FaultRule[];
  addFault(rule: FaultRule): void;
  /** In the lab's own order; with `after`, from behind that device. An unknown `after` gives nothing. */
  devices(after?: string): Iterable<DeviceView>;
  device(id: string): DeviceView | undefined;
  /** Throws `UsageError` for an unknown question or choice. */
  answer(id: string, question: string, choice: string): Promise<void>;
  /** Resolves when the device has reached the target; nothing happens where it is there already. */
  power(id: string, to: PowerTarget): Promise<void>;
  /** Makes a device what a tester wants; `wanted` fits the family's `force` schema. Throws `UsageError` for what it cannot be. */
  force(id: string, wanted: JsonObject): Promise<void>;
  /** Puts the lab's time forward; resolves when all that was due until then has begun. Throws `UsageError` where time cannot be moved. */
  advance(by: Duration): Promise<void>;
  /** What a cloud tells testers beside its public API; `undefined`: there is no such cloud, or it tells nothing. */
  management(cloud: string): HttpHandler | undefined;
  /** Names of the clouds. */
  readonly clouds: readonly string[];
  /** Carries out a family's action. `args` fit the action's schema; throws `UsageError` for what the lab cannot do. */
  act(family: string, action: string, args: JsonObject, devices: readonly string[] | "all"): Promise<JsonObject>;
}
