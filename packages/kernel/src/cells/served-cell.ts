import type { EventRecorder } from "../events/recorder.ts";
import type { CloudSpec, DeviceSpec, Family } from "../family/family.ts";
import type { FaultRule } from "../faults/faults.ts";
import type { LogBook } from "../log/pino-logger.ts";
import { silentLogger } from "../log/silent-logger.ts";
import { describeAddress, tcp } from "../network/address.ts";
import { InProcessNetwork } from "../network/in-process/in-process-network.ts";
import { nearChannels } from "../network/near-channels.ts";
import { type Network, NetworkError } from "../network/network.ts";
import { AuditLog } from "../server/audit-log.ts";
import { Front } from "../server/front.ts";
import { explainListening, fronted, type ServedAddress } from "../server/listen.ts";
import { LocalAuthority } from "../server/local-authority.ts";
import { Metrics } from "../server/metrics.ts";
import { unwellWhile } from "../server/while-starting.ts";
import { type Duration, seconds } from "../time/units.ts";
import type { Decisions } from "./cell.ts";
import { giveBackMemory } from "./give-back-memory.ts";
import { LiveCell } from "./live-cell.ts";
import { openPlace, type Place, type PlaceOptions } from "./place.ts";
import { settled } from "./settling.ts";

/** What a port was asked for by: named in the error when it is taken. */
export interface PortChoice {
  readonly port: number;
  readonly option: string;
}

export interface ServedCellOptions extends PlaceOptions {
  readonly seed: number | string;
  readonly events: EventRecorder;
  readonly faults?: readonly FaultRule[];
  /** How many times faster than the machine's clock the cell runs. Default 1. */
  readonly scale?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** What the clouds' TLS endpoints show; PEM. `issued`: a certificate of the cell's authority. Absent: they are left out. */
  readonly tls?: CloudTls | "issued";
  /** Folder of the authority for listeners that want a certificate of their own; it is opened when the first does. Absent: memory. */
  readonly certificates?: string;
  readonly publicNames?: readonly string[];
  /** Requests per second and remote address at each cloud; default: no limit. */
  readonly rateLimit?: number;
  /** Default: silence. */
  readonly logs?: LogBook;
}

type CloudTls = NonNullable<CloudSpec["tls"]>;

/** A cloud to be served: where each of its endpoints is to listen. */
export interface ServedCloudSpec extends Pick<CloudSpec, "name" | "options"> {
  /** Endpoints without a choice are left out. */
  readonly ports: Readonly<Record<string, PortChoice>>;
}

/** A device to be added, and what ties it to a cloud. */
export interface ServedDevice {
  readonly family: Family;
  readonly spec: Omit<DeviceSpec, "cloud">;
  readonly ties: { readonly cloud?: string; readonly decide?: Decisions };
}

/** So many devices boot at the same time when a cell starts: their disks work while others wait for theirs. */
const BOOTS_AT_ONCE = 64;

/** From so many devices on, what their start has left behind is worth a pause before the cell is ready. */
const MANY_DEVICES = 1000;

/** How long the start of a cell's devices may take on the machine's clock before it is ready all the same. */
const READY_WITHIN = seconds(60);
const POLL: Duration = 20 as Duration; // milliseconds

/**
 * A live cell with all that stands around it in a server: its place on the disk, health, metrics, rate limit, certificates, audit,
 * and readiness. What runs behind every `start`, `serve` and library helper.
 */
export class ServedCell implements AsyncDisposable {
  readonly cell: LiveCell;
  readonly audit: AuditLog;
  readonly addresses: ServedAddress[] = [];
  readonly #options: ServedCellOptions;
  readonly #place: Place;
  readonly #near: InProcessNetwork;
  /** For families whose channels are their own affair. */
  readonly #nearLink: Network;
  readonly #fronts = new Map<string, Network>();
  readonly #closing = new AbortController();
  #authority: Promise<LocalAuthority> | undefined;
  #metrics: Promise<Metrics> | undefined;
  #isStarting = true;

  private constructor(options: ServedCellOptions, place: Place) {
    const logs = options.logs ?? (() => silentLogger);
    this.#options = options;
    this.#place = place;
    const folder = options.data ?? options.standIns;
    this.audit = new AuditLog({
      now: () => this.cell.time.now(),
      log: logs("audit"),
      ...(folder === undefined ? {} : { folder }),
    });
    this.cell = new LiveCell({
      seed: options.seed,
      events: options.events,
      logFor: logs,
      stores: place.stores,
      blobs: place.blobs,
      storageFor: (id, time) => place.storageFor(id, time),
      auditFor: (id) => this.audit.for(id),
      linkOf: (id) => this.#fronts.get(id) ?? this.#linkFor(this.cell.devices.get(id)?.family),
      ahead: place.ahead,
      issue: async (names) => (await this.authority()).certificateFor(names),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
      ...(options.scale === undefined ? {} : { scale: options.scale }),
    });
    const sockets = this.cell.network;
    this.#near = new InProcessNetwork(this.cell.time);
    this.#nearLink = nearChannels(sockets, this.#near);
  }

  /** Opens its place; nothing runs yet. Throws `in-use` when another process has it. */
  static async open(options: ServedCellOptions): Promise<ServedCell> {
    return new ServedCell(options, await openPlace(options));
  }

  /** True until {@link ServedCell.settle} has resolved: the clouds' `/health` answers 503 so long. */
  get isStarting(): boolean {
    return this.#isStarting;
  }

  /** The process's figures. They are loaded when first asked for, or with the first cloud: a device by itself needs none. */
  metrics(): Promise<Metrics> {
    this.#metrics ??= Metrics.open({ live: true });
    return this.#metrics;
  }

  /** Who issues the certificates of listeners that want one of their own. Opened, and if need be made, when first asked for. */
  authority(): Promise<LocalAuthority> {
    this.#authority ??= LocalAuthority.open(this.#options.certificates);
    return this.#authority;
  }

  /** Boots a cloud on its ports. An error names the option that would change the port which cannot be had. */
  async startCloud(family: Family, cloud: ServedCloudSpec): Promise<void> {
    const { publicNames = [], host = "127.0.0.1" } = this.#options;
    const tls = await this.#tls();
    const { name, options, ports } = cloud;
    const link = unwellWhile(() => this.#isStarting, this.#linkFor(family));
    this.#fronts.set(name, fronted(link, this.#front(family, name, await this.metrics())));
    const listen = Object.entries(ports).map(([endpoint, { port }]) => [endpoint, tcp(host, port)] as const);
    try {
      await this.cell.addCloud(family, {
        name,
        options,
        listen: Object.fromEntries(listen),
        ...(tls === undefined ? {} : { tls }),
        ...(publicNames.length === 0 ? {} : { publicNames }),
      });
    } catch (error) {
      throw explained(error, host, Object.values(ports));
    }
    for (const [endpoint, { address, tls: secure }] of Object.entries(this.cell.cloud(name).endpoints)) {
      const plain = endpoint.replace(/^.*-/, ""); // such as the http of peer-http
      const scheme = secure === undefined ? plain : plain.replace(/s?$/, "s");
      this.addresses.push({ name: `${name} (${endpoint})`, url: `${scheme}://${describeAddress(address)}` });
    }
  }

  /** Adds devices in their order and switches them on, some at a time. `signal` gives the rest up. */
  async startDevices(devices: Iterable<ServedDevice>, signal?: AbortSignal): Promise<void> {
    let booting: Promise<void>[] = [];
    const booted = async (): Promise<void> => {
      const batch = booting;
      booting = [];
      const failed = (await Promise.allSettled(batch)).find((one) => one.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    };
    for (const { family, spec, ties } of devices) {
      signal?.throwIfAborted();
      await this.cell.addDevice(family, spec, ties);
      booting.push(this.cell.power.on(spec.id));
      if (booting.length < BOOTS_AT_ONCE) continue;
      await booted();
      await new Promise<void>(setImmediate); // what they have begun goes on, and /health is answered, before the next ones boot
    }
    await booted();
  }

  /**
   * Resolves when every device that is on has settled; the cell is ready then. Those that take longer than a minute are not waited
   * for any more: they are named in the log, and in the result.
   */
  async settle(): Promise<readonly string[]> {
    const { scale = 1, logs } = this.#options;
    const scaled = (length: Duration): Duration => (length * scale) as Duration; // a duration of the cell's time
    const patience = { poll: scaled(POLL), limit: scaled(READY_WITHIN) };
    const late = await settled(this.cell, patience, this.#closing.signal);
    if (this.cell.devices.size >= MANY_DEVICES) await giveBackMemory();
    this.#isStarting = false;
    if (late.length > 0 && !this.#closing.signal.aborted)
      logs?.("lab").warn("ready, but not all devices have settled", {
        devices: late.slice(0, NAMED),
        count: late.length,
      });
    return late;
  }

  /** Puts the time forward, as `LiveCell.advance`; where the cell is kept on a disk, it starts there the next time. */
  async advance(by: Duration): Promise<void> {
    await this.cell.advance(by);
    await this.#place.keepAhead(this.cell.time.ahead);
  }

  /** Throws when a cloud is off. */
  check(cloud: string): undefined {
    if (!this.cell.power.isUp(cloud)) throw new Error(`${cloud} is switched off`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.cell.time.ahead > 0) await this.#place.keepAhead(this.cell.time.ahead);
    await this.cell.power.stopAll();
    await this.#near[Symbol.asyncDispose]();
    await this.cell[Symbol.asyncDispose]();
    await this.audit[Symbol.asyncDispose]();
    await this.#place.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #linkFor(family: Family | undefined): Network {
    return family?.ownChannels === true ? this.#nearLink : this.cell.network;
  }

  async #tls(): Promise<CloudTls | undefined> {
    const { publicNames = [], tls } = this.#options;
    if (tls !== "issued") return tls;
    const authority = await this.authority();
    return { ...(await authority.serverCertificate(publicNames)), ca: authority.certificate };
  }

  #front(family: Family, cloud: string, metrics: Metrics): Front {
    const { rateLimit, logs } = this.#options;
    const own = family.ownPaths ?? [];
    return new Front({
      server: cloud,
      now: () => this.cell.time.now(),
      stopwatch: () => performance.now(),
      log: logs?.(cloud) ?? silentLogger,
      metrics,
      health: { [cloud]: () => this.check(cloud) },
      paths: {
        health: own.includes("/health") ? undefined : "/health",
        metrics: own.includes("/metrics") ? undefined : "/metrics",
      },
      ...(rateLimit === undefined ? {} : { rateLimit }),
    });
  }
}

/** So many devices are named in a log line. */
const NAMED = 10;

/** A port that is taken is named with the option that changes it. */
function explained(error: unknown, host: string, choices: readonly PortChoice[]): unknown {
  if (!(error instanceof NetworkError)) return error;
  const taken = choices.find(({ port }) => error.details["address"] === describeAddress(tcp(host, port)));
  return taken === undefined ? error : explainListening(error, { host, ...taken });
}
