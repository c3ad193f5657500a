import type { Belief, EventSink, JsonObject } from "@understudy/kernel";
import { devicePrn } from "../wire/pantahub/prn.ts";
import type { DeviceRow } from "./tables/device-rows.ts";
import type { TrailRow } from "./tables/trail-rows.ts";

/** Small, because there is one for each device: the belief itself is put together when somebody asks. */
interface Entry {
  readonly lab: string;
  /** Empty once the device is gone. */
  id: string;
  claimed: boolean;
  good: number;
  status: string;
  change: number;
}

/**
 * What Pantahub believes of the lab's devices: `claimed`, `prn`, and once the device has a trail `revision` (the highest that
 * ended well) and `status` (of the newest step that is not NEW). Read from the tables at boot and kept up with every commit; a
 * belief that changes is an event `belief`.
 */
export class Beliefs {
  readonly #events: EventSink;
  readonly #byLab = new Map<string, Entry>();
  readonly #byId = new Map<string, Entry>();
  #changes = 0;

  constructor(events: EventSink) {
    this.#events = events;
  }

  /** Number of the newest change. */
  get changes(): number {
    return this.#changes;
  }

  of(lab: string): Belief | undefined {
    const entry = this.#byLab.get(lab);
    return entry && beliefOf(entry);
  }

  *changed(since: number): Iterable<string> {
    for (const entry of this.#byLab.values()) if (entry.change > since) yield entry.lab;
  }

  /** Takes up what the tables hold, and tells it all in one event `boot`. */
  boot(devices: Iterable<DeviceRow>, trails: Iterable<TrailRow>): void {
    for (const row of devices) this.#noteDevice(row);
    for (const row of trails) this.#noteTrail(row);
    const state: Record<string, JsonObject> = {};
    for (const entry of this.#byLab.values()) state[entry.lab] = beliefOf(entry) ?? {};
    this.#events.emit("boot", state);
  }

  /** The device's row was committed. */
  device(row: DeviceRow): void {
    this.#tell(this.#noteDevice(row));
  }

  /** The trail's row was committed. */
  trail(row: TrailRow): void {
    this.#tell(this.#noteTrail(row));
  }

  /** A device was deleted: nothing is believed of it any more. */
  forget(id: string): void {
    const entry = this.#byId.get(id);
    this.#byId.delete(id);
    if (entry?.id !== id) return;
    entry.id = "";
    entry.change = ++this.#changes;
    this.#tell(entry);
  }

  /** The entry when there is news. A lab device that registers anew is another Pantahub device: what was known is void. */
  #noteDevice(row: DeviceRow): Entry | undefined {
    if (row.lab === null) return undefined;
    const known = this.#byLab.get(row.lab);
    const claimed = row.owner !== "";
    if (known?.id === row.id && known.claimed === claimed) return undefined;
    const entry = known ?? { lab: row.lab, id: "", claimed, good: -1, status: "", change: 0 };
    if (entry.id !== row.id) {
      entry.good = -1;
      entry.status = "";
    }
    entry.id = row.id;
    entry.claimed = claimed;
    entry.change = ++this.#changes;
    this.#byLab.set(row.lab, entry);
    this.#byId.set(row.id, entry);
    return entry;
  }

  #noteTrail(row: TrailRow): Entry | undefined {
    const entry = this.#byId.get(row.id);
    if (entry === undefined || entry.id !== row.id) return undefined;
    if (entry.good === row.good && entry.status === row.status) return undefined;
    entry.good = row.good;
    entry.status = row.status;
    entry.change = ++this.#changes;
    return entry;
  }

  #tell(entry: Entry | undefined): void {
    if (entry !== undefined) this.#events.emit("belief", { [entry.lab]: beliefOf(entry) ?? null });
  }
}

function beliefOf(entry: Entry): Belief | undefined {
  if (entry.id === "") return undefined;
  return {
    claimed: entry.claimed,
    prn: devicePrn(entry.id),
    ...(entry.good >= 0 && { revision: String(entry.good) }),
    ...(entry.status !== "" && { status: entry.status }),
  };
}
