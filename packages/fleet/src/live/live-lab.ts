import {
  type Cell,
  type CloudSpec,
  describeAddress,
  type Family,
  type FaultRule,
  type HealthChecks,
  InProcessNetwork,
  type JsonObject,
  Metrics,
  type Network,
  NetworkError,
  type RealTime,
  silentLogger,
  tcp,
  UsageError,
} from "@understudy/kernel";
import {
  AuditLog,
  explainListening,
  Front,
  fronted,
  LiveCell,
  type LogBook,
  type ServedAddress,
} from "@understudy/kernel/live";
import { EventRing } from "../api/event-ring.ts";
import type { Lab, LabCloud } from "../lab/lab.ts";
import type { DeviceView, LabView, PowerTarget } from "../lab-view.ts";
import { devicesOf } from "../run/plan-cells.ts";
import { playTimeline } from "../run/play-timeline.ts";
import { type LabPlace, type LabPlaceOptions, openLabPlace } from "./lab-folder.ts";
import { nearChannels } from "./near-channels.ts";
import { unwellWhile } from "./while-starting.ts";

/** Material for the TLS endpoints of a lab's clouds; PEM. */
export interface LabTls {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/** What a port was asked for by: named in the error when it is taken. */
export interface PortChoice {
  readonly port: number;
  readonly option: string;
}

export interface LiveLabOptions extends LabPlaceOptions {
  readonly name: string;
  readonly lab: Lab;
  /** What all chance comes from besides the lab's seed; live labs differ from start to start. */
  readonly entropy: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** By `CLOUD.ENDPOINT`; default: the family's own port for the first cloud of its kind, a free one for others. */
  readonly ports?: Readonly<Record<string, PortChoice>>;
  /** Absent: TLS endpoints are left out. */
  readonly tls?: LabTls;
  readonly publicNames?: readonly string[];
  /** How many times faster than the machine's clock the lab runs. Default 1. */
  readonly scale?: number;
  /** `near`: channels between stand-ins of the lab stay in the process, so that thousands need no sockets. Default `sockets`. */
  readonly channels?: "sockets" | "near";
  /** Requests per second and remote address at each cloud; default: no limit. */
  readonly rateLimit?: number;
  /** Default: silence. */
  readonly logs?: LogBook;
}

/** A lab in real time over sockets, with what the lab API shows of it. The lab of one behind every `start` and `serve` is one. */
export class LiveLab implements LabView, AsyncDisposable {
  readonly name: string;
  readonly events: EventRing;
  readonly audit: AuditLog;
  readonly addresses: ServedAddress[] = [];
  readonly health: HealthChecks;
  readonly #options: LiveLabOptions;
  readonly #place: LabPlace;
  readonly #cell: LiveCell;
  readonly #link: Network;
  readonly #near: InProcessNetwork | undefined;
  readonly #fronts = new Map<string, Network>();
  readonly #fleetOf = new Map<string, string>();
  #metrics: Promise<Metrics> | undefined;
  #isStarting = true;

  private constructor(options: LiveLabOptions, place: LabPlace) {
    const logs = options.logs ?? (() => silentLogger);
    this.name = options.name;
    this.#options = options;
    this.#place = place;
    this.events = new EventRing();
    const folder = options.data;
    this.audit = new AuditLog({
      now: () => this.time.now(),
      log: logs("audit"),
      ...(folder === undefined ? {} : { folder }),
    });
    this.#cell = new LiveCell({
      seed: `${options.lab.seed}/${options.entropy}`,
      events: this.events,
      faults: options.lab.faults,
      logFor: logs,
      stores: place.stores,
      blobs: place.blobs,
      storageFor: (id, time) => place.storageFor(id, time),
      auditFor: (id) => this.audit.for(id),
      linkOf: (id) => this.#fronts.get(id) ?? this.#link,
      ...(options.scale === undefined ? {} : { scale: options.scale }),
    });
    const sockets = this.#cell.network;
    this.#near = options.channels === "near" ? new InProcessNetwork(this.time) : undefined;
    this.#link = this.#near === undefined ? sockets : nearChannels(sockets, this.#near);
    this.health = { lab: () => `${this.deviceCount} devices` };
  }

  /** Starts a lab: clouds, devices, timeline. Throws one clear error, with nothing left open, when a part cannot start. */
  static async open(options: LiveLabOptions): Promise<LiveLab> {
    const place = await openLabPlace(options);
    const lab = new LiveLab(options, place);
    try {
      await lab.#start();
      lab.#isStarting = false;
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
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
    this.#metrics ??= Metrics.open({ live: true });
    return this.#metrics;
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

  async close(): Promise<void> {
    await this.#cell.power.stopAll();
    await this.#near?.[Symbol.asyncDispose]();
    await this.#cell[Symbol.asyncDispose]();
    await this.audit[Symbol.asyncDispose]();
    await this.#place.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(): Promise<void> {
    const { lab } = this.#options;
    for (const cloud of lab.clouds) await this.#startCloud(cloud);
    for (const fleet of lab.fleets) {
      for (const device of devicesOf({ fleet, indexes: { from: 0, to: fleet.count } })) {
        this.#fleetOf.set(device.id, fleet.name);
        await this.#cell.addDevice(fleet.family, device, {
          decide: fleet.decide,
          ...(fleet.cloud === undefined ? {} : { cloud: fleet.cloud }),
        });
        await this.#cell.power.on(device.id);
      }
    }
    const log = this.#cell.ground.logFor("timeline");
    playTimeline(
      lab,
      this.#cell,
      (id) => this.#fleetOf.get(id),
      (failure) => log.error("an entry of the timeline failed", { ...failure }),
    );
  }

  async #startCloud(cloud: LabCloud): Promise<void> {
    const { tls, publicNames } = this.#options;
    this.#fronts.set(
      cloud.name,
      fronted(
        unwellWhile(() => this.#isStarting, this.#link),
        this.#front(cloud, await this.metrics()),
      ),
    );
    const choices = this.#choices(cloud);
    const listen = Object.fromEntries(choices.map(({ endpoint, host, port }) => [endpoint, tcp(host, port)]));
    const spec: CloudSpec = {
      name: cloud.name,
      options: cloud.options,
      listen,
      ...(tls === undefined ? {} : { tls }),
      ...(publicNames === undefined || publicNames.length === 0 ? {} : { publicNames }),
    };
    try {
      await this.#cell.addCloud(cloud.family, spec);
    } catch (error) {
      throw explained(error, choices);
    }
    for (const [endpoint, { address, tls: secure }] of Object.entries(this.#cell.cloud(cloud.name).endpoints)) {
      const scheme = secure === undefined ? endpoint : endpoint.replace(/s?$/, "s");
      this.addresses.push({ name: `${cloud.name} (${endpoint})`, url: `${scheme}://${describeAddress(address)}` });
    }
  }

  /** Where each endpoint of a cloud is to listen, and what would change it. */
  #choices(
    cloud: LabCloud,
  ): readonly { readonly endpoint: string; readonly host: string; readonly port: number; readonly option: string }[] {
    const { lab, ports = {}, host = "127.0.0.1", tls } = this.#options;
    const first = lab.clouds.find((other) => other.family === cloud.family) === cloud;
    const wanted = { ...cloud.family.ports, ...(tls === undefined ? {} : cloud.family.tlsPorts) };
    return Object.entries(wanted).map(([endpoint, port]) => {
      const chosen = ports[`${cloud.name}.${endpoint}`] ?? { port: first ? port : 0, option: "--port-base" };
      return { endpoint, host, ...chosen };
    });
  }

  #front(cloud: LabCloud, metrics: Metrics): Front {
    const { rateLimit, logs } = this.#options;
    const own = cloud.family.ownPaths ?? [];
    return new Front({
      server: cloud.name,
      now: () => this.time.now(),
      stopwatch: () => performance.now(),
      log: logs?.(cloud.name) ?? silentLogger,
      metrics,
      health: { [cloud.name]: () => this.#checkUp(cloud.name) },
      paths: {
        health: own.includes("/health") ? undefined : "/health",
        metrics: own.includes("/metrics") ? undefined : "/metrics",
      },
      ...(rateLimit === undefined ? {} : { rateLimit }),
    });
  }

  #checkUp(name: string): undefined {
    if (!this.#cell.power.isUp(name)) throw new Error(`${name} is switched off`);
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

/** A port that is taken is named with the option that changes it. */
function explained(
  error: unknown,
  choices: readonly { readonly host: string; readonly port: number; readonly option: string }[],
): unknown {
  if (!(error instanceof NetworkError)) return error;
  const taken = choices.find(({ host, port }) => error.details["address"] === describeAddress(tcp(host, port)));
  return taken === undefined ? error : explainListening(error, taken);
}
