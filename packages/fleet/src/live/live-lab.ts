import {
  type Cell,
  type Duration,
  type Family,
  type FaultRule,
  type HealthChecks,
  type HttpHandler,
  type JsonObject,
  type Metrics,
  type Network,
  type RealTime,
  UsageError,
} from "@understudy/kernel";
import {
  type AuditLog,
  type LiveCell,
  type PortChoice,
  type ServedAddress,
  ServedCell,
  type ServedCellOptions,
  type ServedDevice,
} from "@understudy/kernel/live";
import { EventRing } from "../api/event-ring.ts";
import type { Lab, LabCloud } from "../lab/lab.ts";
import type { DeviceView, LabView, PowerTarget } from "../lab-view.ts";
import { devicesOf } from "../run/plan-cells.ts";
import { playTimeline } from "../run/play-timeline.ts";

export interface LiveLabOptions extends Omit<ServedCellOptions, "seed" | "events" | "faults"> {
  readonly name: string;
  readonly lab: Lab;
  /** What all chance comes from besides the lab's seed; live labs differ from start to start. */
  readonly entropy: string;
  /** By `CLOUD.ENDPOINT`; default: the family's own port for the first cloud of its kind, a free one for others. */
  readonly ports?: Readonly<Record<string, PortChoice>>;
}

/** A lab in real time over sockets, with what the lab API shows of it. The lab of one behind every `start` and `serve` is one. */
export class LiveLab implements LabView, AsyncDisposable {
  readonly name: string;
  readonly events: EventRing;
  readonly health: HealthChecks;
  readonly #options: LiveLabOptions;
  readonly #served: ServedCell;
  readonly #cell: LiveCell;
  readonly #fleetOf = new Map<string, string>();
  #ready: Promise<readonly string[]> = Promise.resolve([]);

  private constructor(options: LiveLabOptions, served: ServedCell, events: EventRing) {
    this.name = options.name;
    this.events = events;
    this.#options = options;
    this.#served = served;
    this.#cell = served.cell;
    this.health = { lab: () => this.#checkUp() };
  }

  /** Starts a lab: clouds, devices, timeline. Throws one clear error, with nothing left open, when a part cannot start. */
  static async open(options: LiveLabOptions, signal?: AbortSignal): Promise<LiveLab> {
    const { lab, entropy, name: _, ports: __, ...rest } = options;
    const events = new EventRing();
    const served = await ServedCell.open({ ...rest, seed: `${lab.seed}/${entropy}`, faults: lab.faults, events });
    const live = new LiveLab(options, served, events);
    try {
      await live.#start(signal);
      live.#ready = served.settle();
      return live;
    } catch (error) {
      await live.close();
      throw error;
    }
  }

  /** Resolves when every device that is on has settled, to the ids of those that are not waited for any more. Health is 503 until then. */
  get ready(): Promise<readonly string[]> {
    return this.#ready;
  }

  get addresses(): readonly ServedAddress[] {
    return this.#served.addresses;
  }

  get audit(): AuditLog {
    return this.#served.audit;
  }

  get time(): RealTime {
    return this.#cell.time;
  }

  /** The lab's inside, for those who built it: library helpers and tests. */
  get cell(): Cell {
    return this.#cell;
  }

  /** The process's figures. They are loaded when first asked for, or with the first cloud: a device by itself needs none. */
  metrics(): Promise<Metrics> {
    return this.#served.metrics();
  }

  get network(): Network {
    return this.#cell.network;
  }

  get families(): readonly Family[] {
    return [...this.#options.lab.families.values()];
  }

  get deviceCount(): number {
    return this.#cell.devices.size;
  }

  get faults(): readonly FaultRule[] {
    return this.#cell.ground.faults.rules;
  }

  addFault(rule: FaultRule): void {
    this.#cell.ground.faults.add(rule);
  }

  *devices(after?: string): Iterable<DeviceView> {
    let skipping = after !== undefined;
    for (const id of this.#cell.devices.keys()) {
      if (!skipping) yield this.#view(id);
      else if (id === after) skipping = false;
    }
  }

  device(id: string): DeviceView | undefined {
    return this.#cell.devices.has(id) ? this.#view(id) : undefined;
  }

  answer(id: string, question: string, choice: string): Promise<void> {
    return this.#cell.power.answer(id, question, choice);
  }

  async power(id: string, to: PowerTarget): Promise<void> {
    this.#cell.device(id);
    switch (to) {
      case "on":
        return this.#cell.power.on(id);
      case "off":
        return this.#cell.power.stop(id);
      case "cut":
        return this.#cell.power.cut(id);
      default:
        to satisfies never;
    }
  }

  force(id: string, wanted: JsonObject): Promise<void> {
    this.#cell.device(id);
    return this.#cell.power.force(id, wanted);
  }

  advance(by: Duration): Promise<void> {
    return this.#served.advance(by);
  }

  get clouds(): readonly string[] {
    return [...this.#cell.clouds.keys()];
  }

  management(cloud: string): HttpHandler | undefined {
    return this.#cell.clouds.get(cloud)?.cloud.management;
  }

  async act(family: string, action: string, args: JsonObject, devices: readonly string[] | "all"): Promise<JsonObject> {
    const known = this.families.find((one) => one.name === family);
    if (known === undefined)
      throw new UsageError("unknown-family", `There is no family ${family} in this lab.`, { family });
    const ids =
      devices === "all"
        ? [...this.#cell.devices.values()].filter((one) => one.family === known).map((one) => one.id)
        : devices;
    const results: Record<string, JsonObject> = {};
    for (const [name, unit] of this.#cell.clouds) {
      const here = ids.filter((id) => this.#cell.device(id).cloud === name);
      if (unit.family === known && (here.length > 0 || ids.length === 0))
        results[name] = await this.#cell.act(known, name, action, args, here);
    }
    const [only, ...others] = Object.values(results);
    return only !== undefined && others.length === 0 ? only : results;
  }

  close(): Promise<void> {
    return this.#served.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    const { lab } = this.#options;
    for (const cloud of lab.clouds) {
      const { name, options } = cloud;
      await this.#served.startCloud(cloud.family, { name, options, ports: this.#choices(cloud) });
    }
    await this.#served.startDevices(this.#devicesOfFleets(), signal);
    const log = this.#cell.ground.logFor("timeline");
    playTimeline(
      lab,
      this.#cell,
      (id) => this.#fleetOf.get(id),
      (failure) => log.error("an entry of the timeline failed", { ...failure }),
    );
  }

  *#devicesOfFleets(): Generator<ServedDevice> {
    for (const fleet of this.#options.lab.fleets) {
      const { family, decide, cloud } = fleet;
      for (const spec of devicesOf({ fleet, indexes: { from: 0, to: fleet.count } })) {
        this.#fleetOf.set(spec.id, fleet.name);
        yield { family, spec, ties: { decide, ...(cloud === undefined ? {} : { cloud }) } };
      }
    }
  }

  /** Where each endpoint of a cloud is to listen, and what would change it. */
  #choices(cloud: LabCloud): Readonly<Record<string, PortChoice>> {
    const { lab, ports = {}, tls } = this.#options;
    const first = lab.clouds.find((other) => other.family === cloud.family) === cloud;
    const wanted = { ...cloud.family.ports, ...(tls === undefined ? {} : cloud.family.tlsPorts) };
    return Object.fromEntries(
      Object.entries(wanted).map(([endpoint, port]) => {
        const ours = { port: first ? port : 0, option: "--port-base" };
        return [endpoint, ports[`${cloud.name}.${endpoint}`] ?? ours];
      }),
    );
  }

  #checkUp(): string {
    if (this.#served.isStarting) throw new Error("devices are starting");
    return `${this.deviceCount} devices`;
  }

  #view(id: string): DeviceView {
    const cell = this.#cell;
    const { family, cloud } = cell.device(id);
    return {
      id,
      family: family.name,
      ...(cloud === undefined ? {} : { cloud }),
      isOn: cell.power.isOn(id),
      state: () => cell.stateOf(id),
      belief: () => cell.beliefOf(id),
      differences: () => cell.differences(id),
    };
  }
}
