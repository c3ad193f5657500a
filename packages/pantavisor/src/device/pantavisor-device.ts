import {
  type Device,
  type DeviceSpec,
  type DeviceState,
  type Exit,
  milliseconds,
  UsageError,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import { DECISIONS } from "../wire/automation.ts";
import { bootDevice } from "./boot-device.ts";
import { Core, type DeviceParts } from "./core.ts";
import { CHECK_IN_WAKE, checkIn } from "./hub/check-in.ts";
import { type DeviceSettings, type PantavisorDeviceOptions, settingsOf } from "./settings.ts";
import { decide, runUpdate, UPDATE_WAKE } from "./update/run-update.ts";
import { updateQuestion } from "./update/update-question.ts";

const OFF: DeviceState = Object.freeze({ phase: "off" });
const NO_PARTS: DeviceParts = Object.freeze({});

/**
 * A Pantavisor device. Its `options` are valid by `pantavisorDeviceSchema`. No I/O; switch it on with `Power`.
 */
export const createPantavisorDevice = (spec: DeviceSpec, parts: DeviceParts = NO_PARTS): Device =>
  new PantavisorDevice(spec, settingsOf(spec.options as PantavisorDeviceOptions), parts); // valid by its schema

class PantavisorDevice implements Device {
  readonly #spec: DeviceSpec;
  readonly #settings: DeviceSettings;
  readonly #parts: DeviceParts;
  #core: Core | undefined;

  constructor(spec: DeviceSpec, settings: DeviceSettings, parts: DeviceParts) {
    this.#spec = spec;
    this.#settings = settings;
    this.#parts = parts;
  }

  async boot(world: World): Promise<void> {
    const core = new Core(this.#spec, this.#settings, this.#parts, world);
    this.#core = core;
    await bootDevice(core);
  }

  wake(why: WakeUp): Promise<Exit | undefined> | Exit | undefined {
    const core = this.#core;
    if (core === undefined) return undefined;
    switch (why.name) {
      case CHECK_IN_WAKE:
        return checkIn(core) as Promise<undefined>; // it resolves to nothing
      case UPDATE_WAKE:
        return runUpdate(core);
      default:
        return undefined;
    }
  }

  state(): DeviceState {
    return this.#core?.state ?? OFF;
  }

  async answer(questionId: string, choice: string): Promise<void> {
    const core = this.#core;
    const update = core?.info.update;
    const question = updateQuestion(update);
    if (core === undefined || update === undefined || question === undefined || question.id !== questionId) {
      throw new UsageError("unknown-question", `There is no open question "${questionId}".`, {
        questionId,
        open: question?.id ?? null,
      });
    }
    const decision = DECISIONS.find((name) => name === choice);
    if (decision === undefined) {
      throw new UsageError(
        "unknown-choice",
        `"${choice}" is no answer to ${questionId}; choose one of ${DECISIONS.join(", ")}.`,
        { choice },
      );
    }
    await decide(core, update, decision, "answer");
    core.world.clock.wake(milliseconds(0), { name: UPDATE_WAKE });
  }
}
