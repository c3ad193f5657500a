import {
  type Device,
  type DeviceSpec,
  type DeviceState,
  type Exit,
  UsageError,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import { answerQuestion } from "./answer-question.ts";
import { bootDevice } from "./boot-device.ts";
import { ATTENDANCE_WAKE, BUS_ANSWER_WAKE } from "./bus/bus-host.ts";
import { reviewDeadline, takeBusAnswers } from "./bus/take-answers.ts";
import { COMMAND_WAKE } from "./control/commands.ts";
import { runCommand } from "./control/run-command.ts";
import { Core, type DeviceParts } from "./core.ts";
import { CHECK_IN_WAKE, checkIn } from "./hub/check-in.ts";
import { INVITATION_WAKE, runInvitation } from "./invitation/run-invitation.ts";
import { oneShotExit } from "./one-shot.ts";
import { type DeviceSettings, type PantavisorDeviceOptions, settingsOf } from "./settings.ts";
import { runUpdate, UPDATE_WAKE } from "./update/run-update.ts";

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

  wake(why: WakeUp): Promise<Exit | void> | undefined {
    const core = this.#core;
    if (core === undefined) return undefined;
    return core.log === undefined && !core.settings.oneShot ? episode(core, why) : wholeEpisode(core, why);
  }

  state(): DeviceState {
    return this.#core?.state ?? OFF;
  }

  answer(questionId: string, choice: string): Promise<void> {
    if (this.#core === undefined)
      return Promise.reject(new UsageError("off", "The device has never been switched on."));
    return answerQuestion(this.#core, questionId, choice);
  }
}

function episode(core: Core, why: WakeUp): Promise<Exit | void> | undefined {
  switch (why.name) {
    case CHECK_IN_WAKE:
      return checkIn(core);
    case UPDATE_WAKE:
      return runUpdate(core);
    case INVITATION_WAKE:
      return runInvitation(core);
    case COMMAND_WAKE:
      return core.control === undefined ? undefined : runCommand(core, core.control);
    case BUS_ANSWER_WAKE:
      return core.bus === undefined ? undefined : takeBusAnswers(core, core.bus);
    case ATTENDANCE_WAKE:
      return reviewDeadline(core);
    default:
      return undefined;
  }
}

/** An episode with what comes after it: its lines of the log are written down, and a device of one pass may end. */
async function wholeEpisode(core: Core, why: WakeUp): Promise<Exit | void> {
  const exit = (await episode(core, why)) ?? (core.settings.oneShot ? oneShotExit(core) : undefined);
  await core.writeLog();
  return exit;
}
