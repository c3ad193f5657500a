import {
  applyChange,
  type DeviceSpec,
  type DeviceState,
  type Endpoint,
  type Instant,
  type JsonObject,
  type World,
} from "@understudy/kernel";
import type { FleetMessage } from "../wire/invitation.ts";
import { type MockerSettings, NO_MOCKER_SETTINGS } from "../wire/mocker-json.ts";
import { FACTORY_REVISION, type RevisionInfo, renderRevisionInfo, runningRevision } from "../wire/revision-info.ts";
import type { DeviceBus } from "./bus/device-bus.ts";
import type { ControlModel } from "./control/control-model.ts";
import type { AskedInvitation } from "./invitation/invitation-question.ts";
import { REVISION_INFO_FILE } from "./layout.ts";
import type { DeviceLog } from "./logs/device-log.ts";
import { type PantavisorPhase, phaseOf } from "./phases.ts";
import type { FactsSource } from "./profile.ts";
import { DEFAULT_INTERVALS, type DeviceSettings, type Intervals } from "./settings.ts";

/** Parts of a device that its lab entry cannot carry, handed in by whoever builds it. Each has a default. */
export interface DeviceParts {
  /** Default: facts of the device's profile. */
  readonly facts?: FactsSource;
  /** A person is there to answer questions, so they wait. Default: nobody. */
  readonly attended?: () => boolean;
}

/** A device's own credentials with its hub. */
export interface Identity {
  readonly prn: string;
  /** Last part of the PRN. */
  readonly id: string;
}

/** When the next of each kind of exchange is due, in milliseconds since the boot: small numbers need no memory of their own. */
export interface Agenda {
  steps: number;
  userMetadata: number;
  deviceMetadata: number;
  logs: number;
}

/**
 * One boot of a device: what it has read from its storage, and the little it remembers between episodes. Everything here can be
 * made again from the storage, or is made again by asking the hub.
 */
export class Core {
  readonly spec: DeviceSpec;
  readonly settings: DeviceSettings;
  readonly parts: DeviceParts;
  readonly world: World;
  readonly bootedAt: Instant;
  /** The device was in the middle of a reboot into another revision when this boot began. */
  cameUpTrying = false;
  endpoint: Endpoint | undefined;
  info: RevisionInfo = FACTORY_REVISION;
  state: DeviceState = { phase: "off" };
  identity: Identity | undefined;
  claimed = false;
  /** `Bearer <token>`; absent until logged in, and again when the hub refuses it. */
  authorization: string | undefined;
  intervals: Intervals = DEFAULT_INTERVALS;
  mocker: MockerSettings = NO_MOCKER_SETTINGS;
  readonly agenda: Agenda;
  /** Check-ins that failed in a row. */
  failures = 0;
  /** Steps of an update that failed in a row. */
  updateFailures = 0;
  /** What the cloud was last told in this boot of the running update. */
  told: string | undefined;
  /** The user metadata as they came last, to see at a glance that nothing has changed. */
  userMetadata: unknown;
  /** The hub holds all device metadata, except for the keys in `unsent`. */
  metadataSent = false;
  unsent: Set<string> | undefined;
  /** A local revision runs, but the device was told to listen to the cloud all the same. */
  goneRemote = false;
  /** What the control socket shows and has taken in; only on devices that serve it. */
  control: ControlModel | undefined;
  /** Only on devices that serve a bus. */
  bus: DeviceBus | undefined;
  /** Only on devices that keep a log. */
  log: DeviceLog | undefined;
  /** `settled`: proven, or nothing to prove it with. */
  ownership: "open" | "settled" = "open";
  /** When load and storage were last told, in milliseconds since the boot. */
  gaugesAt = 0;
  /** The fleet message in the user metadata. */
  invite: FleetMessage | undefined;
  /** The invitation that waits for its answer. */
  asked: AskedInvitation | undefined;
  /** Deployment that was put off until the next cycle. */
  putOff: string | undefined;
  timesPutOff = 0;
  #tail: Promise<unknown> | undefined;

  constructor(spec: DeviceSpec, settings: DeviceSettings, parts: DeviceParts, world: World) {
    this.spec = spec;
    this.settings = settings;
    this.parts = parts;
    this.world = world;
    this.bootedAt = world.clock.now();
    this.agenda = { steps: 0, userMetadata: 0, deviceMetadata: 0, logs: 0 };
  }

  get now(): Instant {
    return this.world.clock.now();
  }

  /** Milliseconds since the boot. */
  get uptime(): number {
    return this.now - this.bootedAt;
  }

  /** The only place that changes the state: applies a change and tells it. */
  change(type: string, change: JsonObject, about?: JsonObject): void {
    this.state = applyChange(this.state, change) as DeviceState; // a change never removes the phase
    this.world.events.emit(type, change, about);
    this.bus?.told(type, change, about);
  }

  /** Tells something that is no change of the state. */
  tell(type: string, about: JsonObject): void {
    this.world.events.emit(type, {}, about);
  }

  /** True when somebody reads what the device says. */
  get listened(): boolean {
    return this.log !== undefined || this.bus?.hasPeers === true;
  }

  /** A line of the device's log. Costs nothing while nobody reads it. */
  say(text: string | (() => string), subsystem = "background"): void {
    if (!this.listened) return;
    const line = { at: this.now, subsystem, message: typeof text === "string" ? text : text() };
    this.log?.add(line);
    this.bus?.logged(line);
  }

  /** Writes the lines that wait into the log of the running revision. */
  async writeLog(): Promise<void> {
    await this.log?.flush(this.world.storage, runningRevision(this.info));
  }

  /** Tells the whole state, as the first event of a boot. */
  begin(state: DeviceState): void {
    this.state = state;
    this.world.events.emit("boot", state);
  }

  /** The phase that follows from everything known. */
  phase(): PantavisorPhase {
    return phaseOf(this.info, {
      registered: this.identity !== undefined,
      loggedIn: this.authorization !== undefined,
      claimed: this.claimed,
    });
  }

  /** Tells the phase, when it has changed. */
  enterPhase(type: string): void {
    const phase = this.phase();
    if (phase !== this.state.phase) this.change(type, { phase });
  }

  /** Makes `info` what the device is, for good: when this resolves, no power cut takes it back. */
  async commit(info: RevisionInfo): Promise<void> {
    await this.world.storage.write(REVISION_INFO_FILE, renderRevisionInfo(info));
    await this.world.storage.sync();
    this.info = info;
  }

  /** Runs `work` when no other such work runs: for files that requests and episodes both read, change and write. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    const mine = before === undefined ? work() : before.then(work, work);
    this.#tail = mine;
    try {
      return await mine;
    } finally {
      if (this.#tail === mine) this.#tail = undefined;
    }
  }
}
