import type { Cell, Decisions } from "../cells/cell.ts";
import type { LiveCell } from "../cells/live-cell.ts";
import { type CellSnapshot, VirtualCell } from "../cells/virtual-cell.ts";
import type { JsonObject } from "../events/event.ts";
import { EventList } from "../events/recorder.ts";
import type { Family } from "../family/family.ts";
import type { FaultRule } from "../faults/faults.ts";
import { type Address, tcp } from "../network/address.ts";
import type { Device } from "../power/device.ts";
import type { WriteProbe } from "../power/life.ts";
import { type Duration, later, minutes, seconds } from "../time/units.ts";

export interface SiteOptions {
  readonly seed?: number | string;
  /** `virtual` (default): one process, no sockets. `sockets`: real sockets on free ports, real time at `scale` (default 20) times its speed. */
  readonly mode?: "virtual" | "sockets";
  readonly scale?: number;
  readonly faults?: readonly FaultRule[];
  readonly probe?: WriteProbe;
}

/** A small lab for tests: any family's clouds and devices on one ground, in virtual time or over sockets. */
export class TestSite implements AsyncDisposable {
  readonly events: EventList;
  readonly cell: Cell;
  readonly #virtual: VirtualCell | undefined;
  readonly #live: LiveCell | undefined;
  #count = 0;

  private constructor(virtual: VirtualCell | undefined, live: LiveCell | undefined, cell: Cell, events: EventList) {
    this.#virtual = virtual;
    this.#live = live;
    this.cell = cell;
    this.events = events;
  }

  /** An empty site; dispose it (`await using`). */
  static async open(options: SiteOptions = {}): Promise<TestSite> {
    const { seed = 1, mode = "virtual", scale = 20, faults = [] } = options;
    const events = new EventList();
    const shared = { seed, events, faults, ...(options.probe === undefined ? {} : { probe: options.probe }) };
    if (mode === "virtual") {
      const cell = new VirtualCell(shared);
      return new TestSite(cell, undefined, cell, events);
    }
    const live = await import("../cells/live-cell.ts");
    const cell = new live.LiveCell({ ...shared, scale });
    return new TestSite(undefined, cell, cell, events);
  }

  /** A site that takes up a frozen cell. */
  static async thaw(snapshot: CellSnapshot): Promise<TestSite> {
    const events = new EventList();
    const cell = await VirtualCell.thaw(snapshot, events);
    return new TestSite(cell, undefined, cell, events);
  }

  /** Boots a cloud on its family's default ports, or on free ports of 127.0.0.1 when over sockets. */
  async addCloud(family: Family, options: JsonObject = {}, name = family.cloudKind): Promise<void> {
    const place = (port: number): Address => (this.#virtual === undefined ? tcp("127.0.0.1", 0) : tcp(name, port));
    const listen = Object.fromEntries(Object.entries(family.ports).map(([endpoint, port]) => [endpoint, place(port)]));
    await this.cell.addCloud(family, { name, options, listen });
  }

  /** Adds a device of a family, tied to its cloud, and (unless `off`) switches it on. */
  async addDevice(
    family: Family,
    options: JsonObject = {},
    ties: {
      readonly id?: string;
      readonly cloud?: string;
      readonly decide?: Decisions;
      readonly power?: "on" | "off";
    } = {},
  ): Promise<Device> {
    const index = this.#count++;
    const id = ties.id ?? `${family.name}-${index}`;
    const device = await this.cell.addDevice(
      family,
      { id, index, options },
      { cloud: ties.cloud ?? family.cloudKind, decide: ties.decide ?? {} },
    );
    if (ties.power !== "off") await this.cell.power.on(id);
    return device;
  }

  /** Lets time pass until `done` holds; throws with `what` when it does not within `within` of the site's time (default 30 min). */
  async until(done: () => boolean, what = "the condition", within: Duration = minutes(30)): Promise<void> {
    const deadline = later(this.cell.ground.time.now(), within);
    if (this.#virtual !== undefined) await this.#virtual.time.runUntil(deadline, done);
    else while (!done() && this.cell.ground.time.now() < deadline) await this.#pause();
    if (!done()) throw new Error(`Not within ${within / 1000} s: ${what}. Last events: ${this.#tail()}`);
  }

  /** Lets `span` of the site's time pass. */
  async runFor(span: Duration): Promise<void> {
    const end = later(this.cell.ground.time.now(), span);
    if (this.#virtual !== undefined) await this.#virtual.time.runUntil(end);
    else while (this.cell.ground.time.now() < end) await this.#pause();
  }

  /** Waits for `work` while the site's time passes: for tests that act as a client from outside. */
  async during<T>(work: Promise<T>, within: Duration = minutes(30)): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    work.then(done, done);
    await this.until(() => settled, "the work to finish", within);
    return work;
  }

  /** The virtual cell, for snapshots; throws over sockets. */
  get virtual(): VirtualCell {
    if (this.#virtual === undefined) throw new Error("This site is not in virtual time.");
    return this.#virtual;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cell.power.stopAll();
    await this.#live?.[Symbol.asyncDispose]();
  }

  #pause(): Promise<void> {
    const { time } = this.cell.ground;
    return new Promise((resolve) => void time.schedule(later(time.now(), seconds(0.1)), { due: () => resolve() }, 0));
  }

  #tail(): string {
    return this.events.events
      .slice(-12)
      .map(
        (event) => `${event.source} ${event.type} ${JSON.stringify(event.change)} ${JSON.stringify(event.about ?? {})}`,
      )
      .join("\n");
  }
}
