import type { Belief, EventSink, JsonObject } from "@understudy/kernel";
import { devicePrn } from "../wire/pantahub/prn.ts";
import type { DeviceRow } from "./tables/device-rows.ts";
import type { TrailRow } from "./tables/trail-rows.ts";

/** `undefined`: the device was there and is gone. */
interface Entry {
  readonly belief: Belief | undefined;
  readonly change: number;
}

/**
 * What Pantahub believes of the lab's devices: `claimed`, `prn`, and once the device has a trail `revision` (the highest that
 * ended well) and `status` (of the newest step that is not NEW). Read from the tables at boot and kept up with every commit; a
 * belief that changes is an event `belief`.
 */
export class Beliefs {
  readonly #events: EventSink;
  readonly #entries = new Map<string, Entry>();
  /** Lab ids by Pantahub id. */
  readonly #labs = new Map<string, string>();
  #changes = 0;

  constructor(events: EventSink) {
    this.#events = events;
  }

  /** Number of the newest change. */
  get changes(): number {
    return this.#changes;
  }

  of(lab: string): Belief | undefined {
    return this.#entries.get(lab)?.belief;
  }

  *changed(since: number): Iterable<string> {
    for (const [lab, entry] of this.#entries) if (entry.change > since) yield lab;
  }

  /** Takes up what the tables hold, and tells it all in one event `boot`. */
  boot(devices: Iterable<DeviceRow>, trails: Iterable<TrailRow>): void {
    for (const row of devices) this.#note(row.lab, this.#ofDevice(row));
    for (const row of trails) this.#note(this.#labs.get(row.id), this.#ofTrail(row));
    const state: Record<string, JsonObject> = {};
    for (const [lab, { belief }] of this.#entries) if (belief !== undefined) state[lab] = belief;
    this.#events.emit("boot", state);
  }

  /** The device's row was committed. */
  device(row: DeviceRow): void {
    this.#tell(row.lab, this.#ofDevice(row));
  }

  /** The trail's row was committed. */
  trail(row: TrailRow): void {
    this.#tell(this.#labs.get(row.id), this.#ofTrail(row));
  }

  /** A device was deleted: nothing is believed of it any more. */
  forget(id: string): void {
    this.#tell(this.#labs.get(id), undefined);
    this.#labs.delete(id);
  }

  #ofDevice(row: DeviceRow): Belief {
    if (row.lab !== null) this.#labs.set(row.id, row.lab);
    const prn = devicePrn(row.id);
    const before = row.lab === null ? undefined : this.of(row.lab);
    const trail = before?.["prn"] === prn ? before : {};
    return { ...trail, claimed: row.owner !== "", prn };
  }

  #ofTrail(row: TrailRow): Belief | undefined {
    const before = this.of(this.#labs.get(row.id) ?? "");
    if (before === undefined) return undefined;
    return {
      ...before,
      ...(row.good >= 0 && { revision: String(row.good) }),
      ...(row.shown >= 0 && { status: row.status }),
    };
  }

  #tell(lab: string | null | undefined, belief: Belief | undefined): void {
    if (this.#note(lab, belief) && typeof lab === "string") this.#events.emit("belief", { [lab]: belief ?? null });
  }

  /** True when it is news. */
  #note(lab: string | null | undefined, belief: Belief | undefined): boolean {
    if (typeof lab !== "string") return false;
    const before = this.of(lab);
    if (before === belief || (before !== undefined && belief !== undefined && sameBelief(before, belief))) return false;
    this.#entries.set(lab, { belief: belief && Object.freeze(belief), change: ++this.#changes });
    return true;
  }
}

/** Beliefs are flat. */
function sameBelief(a: Belief, b: Belief): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
