import { messageOf, UsageError } from "../errors/understudy-error.ts";
import type { JsonObject, JsonValue, LabEvent } from "../events/event.ts";
import type { EventRecorder } from "../events/recorder.ts";
import type { Belief, Cloud, CloudLink, CloudSpec, DeviceSpec, Family } from "../family/family.ts";
import type { Device, DeviceState } from "../power/device.ts";
import type { Ground } from "../power/ground.ts";
import { Power } from "../power/power.ts";
import type { World } from "../power/world.ts";
import type { PowerableStorage } from "../storage/storage.ts";
import { CloudUnit } from "./cloud-unit.ts";

/** Answers to questions by kind; `ask` (or no entry) leaves a question to a person, or to its deadline. */
export type Decisions = Readonly<Record<string, string>>;

export interface Roster {
  readonly clouds: readonly { readonly family: Family; readonly spec: CloudSpec }[];
  readonly devices: readonly { readonly family: Family; readonly spec: DeviceSpec; readonly decide: Decisions }[];
}

export interface CellOptions {
  /** Opens the storage of a stand-in. */
  readonly storageFor: (id: string) => PowerableStorage | Promise<PowerableStorage>;
}

/** One key on which a cloud and a device do not agree. */
export interface Difference {
  readonly key: string;
  readonly belief: JsonValue | undefined;
  readonly reality: JsonValue | undefined;
}

/** A device with its ties, as the cell keeps it. */
export interface CellDevice {
  readonly id: string;
  readonly family: Family;
  readonly spec: DeviceSpec;
  readonly device: Device;
  readonly cloud: string | undefined;
  readonly decide: Decisions;
}

const OPERATOR = "operator";

/**
 * Clouds and devices on one ground. In virtual time a lab is many cells; a live lab, and the lab of one behind every
 * `start` and `serve`, is one.
 */
export class Cell implements EventRecorder {
  readonly power: Power;
  readonly #ground: Ground;
  readonly #options: CellOptions;
  readonly #clouds = new Map<string, CloudUnit>();
  readonly #devices = new Map<string, CellDevice>();
  #operator: World | undefined;

  /** `makeGround` gets the recorder to use: the cell sees each event before it goes on to `events`. */
  constructor(events: EventRecorder, makeGround: (recorder: EventRecorder) => Ground, options: CellOptions) {
    this.#ground = makeGround({
      record: (event) => {
        events.record(event);
        this.record(event);
      },
    });
    this.#options = options;
    this.power = new Power(this.#ground);
  }

  get ground(): Ground {
    return this.#ground;
  }

  get devices(): ReadonlyMap<string, CellDevice> {
    return this.#devices;
  }

  get clouds(): ReadonlyMap<string, CloudUnit> {
    return this.#clouds;
  }

  /** Puts a cloud on the ground and, unless `off`, boots it. */
  async addCloud(family: Family, spec: CloudSpec, power: "on" | "off" = "on"): Promise<void> {
    const unit = new CloudUnit(family, spec);
    this.power.add(spec.name, family.name, unit, await this.#options.storageFor(spec.name));
    this.#clouds.set(spec.name, unit);
    if (power === "on") await this.power.on(spec.name);
  }

  /** Puts a device on the ground, switched off. Without `link`, its cloud is asked to expect it. */
  async addDevice(
    family: Family,
    spec: Omit<DeviceSpec, "cloud">,
    ties: { readonly cloud?: string; readonly link?: CloudLink; readonly decide?: Decisions } = {},
  ): Promise<Device> {
    const link = ties.link ?? (ties.cloud === undefined ? undefined : await this.linkFor(ties.cloud, spec));
    const whole: DeviceSpec = link === undefined ? spec : { ...spec, cloud: link };
    const device = family.createDevice(whole);
    this.power.add(spec.id, family.name, device, await this.#options.storageFor(spec.id));
    this.#devices.set(spec.id, {
      id: spec.id,
      family,
      spec: whole,
      device,
      cloud: link?.name,
      decide: ties.decide ?? {},
    });
    return device;
  }

  /** What a device needs to know to reach and join a cloud. */
  async linkFor(cloudName: string, spec: Omit<DeviceSpec, "cloud">): Promise<CloudLink> {
    const cloud = this.cloud(cloudName);
    return { name: cloudName, endpoints: cloud.endpoints, enrolment: await cloud.enrol(spec) };
  }

  cloud(name: string): Cloud {
    const unit = this.#clouds.get(name);
    if (unit === undefined) {
      const known = [...this.#clouds.keys()].join(", ") || "none";
      throw new UsageError("unknown-cloud", `There is no cloud called ${name}; known: ${known}.`, { name });
    }
    return unit.cloud;
  }

  device(id: string): CellDevice {
    const device = this.#devices.get(id);
    if (device === undefined) throw new UsageError("unknown-device", `There is no device called ${id}.`, { id });
    return device;
  }

  /** What a device really is; a device without power is in phase `off`. */
  stateOf(id: string): DeviceState {
    const { device } = this.device(id);
    return this.power.isOn(id) ? device.state() : { ...device.state(), phase: "off" };
  }

  /** `undefined` for a device whose cloud is not in this cell, and for one the cloud does not know. */
  beliefOf(id: string): Belief | undefined {
    const { cloud } = this.device(id);
    return cloud === undefined ? undefined : this.#clouds.get(cloud)?.cloud.belief(id);
  }

  /** Where the cloud's belief and the device differ: only keys that both have count. */
  differences(id: string): readonly Difference[] {
    const belief = this.beliefOf(id);
    if (belief === undefined) return [];
    const reality = this.device(id).device.state();
    return Object.keys(belief)
      .filter((key) => key in reality && !sameValue(belief[key], reality[key]))
      .map((key) => ({ key, belief: belief[key], reality: reality[key] }));
  }

  /** Carries out one of a family's actions for devices of one cloud, as an operator over the cloud's public API. */
  async act(
    family: Family,
    cloudName: string,
    action: string,
    args: JsonObject,
    devices: readonly string[],
  ): Promise<JsonObject> {
    const cloud = this.cloud(cloudName);
    const cloudSpec = this.#clouds.get(cloudName)?.spec;
    if (cloudSpec === undefined) throw new UsageError("unknown-cloud", `There is no cloud called ${cloudName}.`);
    this.#operator ??= await this.power.operator(OPERATOR, await this.#options.storageFor(OPERATOR));
    const link: CloudLink = { name: cloudName, endpoints: cloud.endpoints, enrolment: {} };
    return family.act({ family, cloud, cloudSpec, link, devices, world: this.#operator }, action, args);
  }

  /** Gives the lab's standing answers to questions as they come up. */
  record(event: LabEvent): void {
    const { question } = event.change;
    if (question === undefined || question === null || typeof question !== "object" || !("id" in question)) return;
    const device = this.#devices.get(event.source);
    const choice = device?.decide[String(question.kind)];
    if (choice === undefined || choice === "ask") return;
    const questionId = String(question.id);
    const answering = { due: () => void this.#answer(event.source, questionId, choice) };
    this.#ground.time.schedule(this.#ground.time.now(), answering, 0);
  }

  async #answer(device: string, questionId: string, choice: string): Promise<void> {
    try {
      await this.power.answer(device, questionId, choice);
    } catch (error) {
      this.#ground
        .logFor(device)
        .warn("a standing answer was not taken", { questionId, choice, reason: messageOf(error) });
    }
  }

  /** Who is in the cell: all that is needed to put the same stand-ins on another ground. */
  roster(): Roster {
    return {
      clouds: [...this.#clouds.values()].map(({ family, spec }) => ({ family, spec })),
      devices: [...this.#devices.values()].map(({ family, spec, decide }) => ({ family, spec, decide })),
    };
  }

  /** Puts a roster's stand-ins on this ground, all switched off. */
  async cast(roster: Roster): Promise<void> {
    for (const { family, spec } of roster.clouds) await this.addCloud(family, spec, "off");
    for (const { family, spec, decide } of roster.devices) {
      await this.addDevice(family, spec, spec.cloud === undefined ? { decide } : { link: spec.cloud, decide });
    }
  }
}

function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
