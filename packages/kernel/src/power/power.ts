import { UsageError } from "../errors/understudy-error.ts";
import type { JsonObject } from "../events/event.ts";
import type { FaultCounts } from "../faults/fault-book.ts";
import type { PowerableStorage, StorageSnapshot } from "../storage/storage.ts";
import type { Instant } from "../time/units.ts";
import type { Device, Unit } from "./device.ts";
import type { Ground } from "./ground.ts";
import { PoweredUnit } from "./powered-unit.ts";
import type { Start, World } from "./world.ts";

/** What becomes of unsynced files at a power cut: all gone, all kept, or each by chance (the default). */
export type Unsynced = "lost" | "kept" | "chance";

/** What a snapshot holds of one stand-in: as after a power cut at that instant. */
export interface UnitSnapshot {
  readonly id: string;
  readonly bootCount: number;
  readonly seq: number;
  /** It is on, or would come back by itself. */
  readonly on: boolean;
  readonly storage: StorageSnapshot;
}

export interface PowerSnapshot {
  readonly now: Instant;
  readonly units: readonly UnitSnapshot[];
  readonly faults: readonly (readonly [string, FaultCounts])[];
}

/** The family of operators: they have no fate of their own, and no snapshot holds them. */
const OPERATOR = "operator";

/**
 * The switch that owns all stand-ins of a ground: it alone boots them, and it cuts their power. Restart, power cut, stop,
 * snapshot and move are one thing: a stand-in is its storage, and there is one way to start.
 */
export class Power {
  readonly #ground: Ground;
  readonly #units = new Map<string, PoweredUnit>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Puts a stand-in on the ground, switched off. Ids are unique. */
  add(id: string, family: string, unit: Unit, storage: PowerableStorage): void {
    if (this.#units.has(id))
      throw new UsageError("duplicate-id", `There are two stand-ins called ${id}; ids must differ.`, { id });
    this.#units.set(id, new PoweredUnit(this.#ground, id, family, unit, storage));
  }

  /** A world without a stand-in: an operator's, for actions over public APIs. */
  async operator(id: string, storage: PowerableStorage): Promise<World> {
    this.add(id, OPERATOR, { boot: async () => undefined, wake: () => undefined }, storage);
    await this.on(id);
    return this.worldOf(id);
  }

  /**
   * Boots a stand-in; nothing happens when it is on. Rejects with what its boot threw. Its first boot on this ground counts as
   * resumed, later ones as cold; `resumed` after a cut stands for a process that was killed and came back.
   */
  on(id: string, start?: Start): Promise<void> {
    return this.#unit(id).on(start);
  }

  async cut(id: string, unsynced: Unsynced = "chance"): Promise<void> {
    const unit = this.#unit(id);
    await unit.cut(this.#keeper(unit, unsynced));
  }

  /** Ends a stand-in in good order: everything it has written stays. A running episode is not waited for. */
  stop(id: string): Promise<void> {
    return this.#unit(id).stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#units.values()].reverse().map((unit) => unit.stop()));
  }

  isOn(id: string): boolean {
    return this.#unit(id).isOn;
  }

  /** On, or about to come back by itself. */
  isUp(id: string): boolean {
    const unit = this.#unit(id);
    return unit.isOn || unit.isRestarting;
  }

  /** No stand-in is in the middle of an episode. */
  get isQuiet(): boolean {
    return ![...this.#units.values()].some((unit) => unit.isBusy);
  }

  get ids(): Iterable<string> {
    return this.#units.keys();
  }

  worldOf(id: string): World {
    const world = this.#unit(id).world;
    if (world === undefined) throw new UsageError("off", `${id} is switched off.`, { id });
    return world;
  }

  /** Answers a device's question, as an episode of the device. */
  answer(id: string, questionId: string, choice: string): Promise<void> {
    const unit = this.#unit(id);
    if (!unit.isOn)
      return Promise.reject(new UsageError("off", `${id} is switched off; it cannot be answered.`, { id }));
    return unit.answer(() => (unit.unit as Device).answer(questionId, choice)); // devices are added as devices
  }

  /** Makes a device what a tester wants it to be, as an episode of the device; one without power is switched on first. */
  async force(id: string, wanted: JsonObject): Promise<void> {
    const unit = this.#unit(id);
    const device = unit.unit as Device; // devices are added as devices
    if (device.force === undefined)
      throw new UsageError("cannot-force", `A ${unit.family} device cannot be forced into a state.`, { id });
    await unit.on();
    await unit.answer(async () => device.force?.(wanted));
  }

  /** Everything as a power cut at this instant would leave it. The stand-ins go on. */
  async snapshot(): Promise<PowerSnapshot> {
    const units: UnitSnapshot[] = [];
    for (const unit of this.#units.values()) {
      if (unit.family === OPERATOR) continue;
      const { id, bootCount, seq } = unit;
      units.push({ id, bootCount, seq, on: unit.isOn || unit.isRestarting, storage: await unit.storage.snapshot() });
    }
    return { now: this.#ground.time.now(), units, faults: this.#ground.faults.snapshot() };
  }

  /** Takes a snapshot up again: the same stand-ins must have been added, on a ground that stands at the snapshot's time. */
  async restore(snapshot: PowerSnapshot): Promise<void> {
    this.#ground.faults.restore(snapshot.faults);
    for (const saved of snapshot.units) {
      const unit = this.#unit(saved.id);
      unit.bootCount = saved.bootCount;
      unit.seq = saved.seq;
      unit.cold = !saved.on;
      await unit.storage.restore(saved.storage);
    }
    for (const saved of snapshot.units) if (saved.on) await this.on(saved.id);
  }

  #keeper(unit: PoweredUnit, unsynced: Unsynced): (path: string) => boolean {
    if (unsynced !== "chance") return () => unsynced === "kept";
    const stream = this.#ground.random.below(unit.id, unit.bootCount).stream("power-cut");
    return () => stream.chance(0.5);
  }

  #unit(id: string): PoweredUnit {
    const unit = this.#units.get(id);
    if (unit === undefined) throw new UsageError("unknown-id", `There is no stand-in called ${id}.`, { id });
    return unit;
  }
}
