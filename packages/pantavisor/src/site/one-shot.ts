import { type Device, type DeviceState, type Exit, UnderstudyError, type WakeUp, type World } from "@understudy/kernel";
import { CHECK_IN_WAKE } from "../device/hub/check-in.ts";
import { PANTAVISOR_PHASES } from "../device/phases.ts";

/** Phases in which nothing is under way. */
const AT_REST: ReadonlySet<string> = new Set(
  PANTAVISOR_PHASES.filter(({ name, tone }) => tone === "idle" || name === "unclaimed").map(({ name }) => name),
);

/**
 * A device that goes through everything that is due with its hub once, an update that it finds included, and then switches itself
 * off. It fails when the hub cannot be reached or refuses.
 */
export class OneShot implements Device {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  boot(world: World): Promise<void> {
    return this.#device.boot(world);
  }

  async wake(why: WakeUp): Promise<Exit | undefined> {
    const exit = await this.#device.wake(why);
    if (exit !== undefined || why.name !== CHECK_IN_WAKE) return exit ?? undefined;
    const { phase, online } = this.#device.state();
    if (online === false)
      return { kind: "failed", error: new UnderstudyError("one-shot-failed", "The one pass did not come to its end.") };
    return AT_REST.has(phase) ? { kind: "power-off" } : undefined;
  }

  state(): DeviceState {
    return this.#device.state();
  }

  answer(questionId: string, choice: string): Promise<void> {
    return this.#device.answer(questionId, choice);
  }
}
