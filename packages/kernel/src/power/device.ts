import type { UnderstudyError } from "../errors/understudy-error.ts";
import type { JsonObject } from "../events/event.ts";
import type { Duration, Instant } from "../time/units.ts";
import type { World } from "./world.ts";

/** Why an episode starts. */
export type WakeUp = { readonly kind: "timer"; readonly name: string };

/** How an episode may end a boot. After `reboot` the power comes back after `after`. */
export type Exit =
  | { readonly kind: "reboot"; readonly after: Duration }
  | { readonly kind: "power-off" }
  | { readonly kind: "failed"; readonly error: UnderstudyError };

/** Something a person (or the lab's `decide`) has to answer. */
export interface Question {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly choices: readonly string[];
  /** What is taken when nobody answers until `deadline`. */
  readonly otherwise: string;
  readonly deadline: Instant;
}

/** What a device really is. `phase` is one of the family's phases; an open question stands under `question`. */
export interface DeviceState extends JsonObject {
  readonly phase: string;
}

/** What `Power` owns: it alone calls `boot`. Wake-ups of one unit come one after another. */
export interface Unit {
  /**
   * Reads storage, sets wake-ups, serves; needs no network answer. Throws if the storage cannot be used. What was shut down
   * before the lab's process ended may exit again at once.
   */
  boot(world: World): Promise<Exit | void>;
  /** One episode. */
  wake(why: WakeUp): Promise<Exit | void> | Exit | void;
}

/** A stand-in device. No I/O in its constructor. */
export interface Device extends Unit {
  state(): DeviceState;
  /**
   * Becomes what a tester wants it to be, whatever the protocol says; starts an episode. `wanted` fits the family's `force`
   * schema. Absent: nothing can be forced. Throws `UsageError` for what this device cannot be.
   */
  force?(wanted: JsonObject): Promise<Exit | void>;
  /** Answers an open question; starts an episode. Throws `UsageError` for an unknown id or choice. */
  answer(questionId: string, choice: string): Promise<void>;
}
