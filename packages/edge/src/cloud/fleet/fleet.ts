import {
  type Belief,
  between,
  type Clock,
  type EventSink,
  type Instant,
  type JsonObject,
  milliseconds,
  minutes,
  seconds,
} from "@understudy/kernel";
import type { CurrentRow, DeviceRow } from "../tables/device-rows.ts";

/** A device that was not heard of for so long is offline, unless its MQTT connection stands. */
const SILENCE = minutes(5);
/** Two looks at the fleet are at least so far apart. */
const LOOK_GAP = seconds(1);

/** Name of the fleet's one wake-up. */
export const PRESENCE_WAKE = "presence";

/** What is known of one device while the cloud runs. */
interface Entry {
  readonly uuid: string;
  lab: string | null;
  belief: Belief;
  change: number;
  /** Milliseconds since the cloud began. */
  seenAt: number;
  mqtt: boolean;
}

/**
 * What the cloud believes of its devices (`uuid`, `provisioned`, `online`, and once it has reported `version` and `apps`), and
 * when it heard of them last. Read from the tables at boot and kept up with every commit; a belief that changes about a
 * device of the lab is an event `belief`.
 */
export class Fleet {
  readonly #clock: Clock;
  readonly #events: EventSink;
  readonly #startedAt: Instant;
  readonly #byUuid = new Map<string, Entry>();
  readonly #byLab = new Map<string, Entry>();
  #changes = 0;

  constructor(clock: Clock, events: EventSink) {
    this.#clock = clock;
    this.#events = events;
    this.#startedAt = clock.now();
  }

  /** Number of the newest change. */
  get changes(): number {
    return this.#changes;
  }

  belief(lab: string): Belief | undefined {
    return this.#byLab.get(lab)?.belief;
  }

  *changed(since: number): Iterable<string> {
    for (const [lab, entry] of this.#byLab) if (entry.change > since) yield lab;
  }

  /** Takes up what the tables hold, and tells it all in one event `boot`. */
  boot(devices: Iterable<DeviceRow>, currents: Iterable<CurrentRow>): void {
    for (const row of devices) this.#note(row, undefined);
    for (const row of currents) {
      const entry = this.#byUuid.get(row.device_uuid);
      if (entry !== undefined) entry.belief = { ...entry.belief, version: row.version, apps: row.apps };
    }
    const told: Record<string, JsonObject> = {};
    for (const [lab, { belief }] of this.#byLab) told[lab] = belief;
    this.#events.emit("boot", told);
    this.#look();
  }

  /** A device's row was committed, perhaps with what it reported. */
  note(device: DeviceRow, current?: CurrentRow): void {
    const entry = this.#note(device, current);
    if (entry === undefined || entry.lab === null) return;
    this.#events.emit("belief", { [entry.lab]: entry.belief });
  }

  /** The device was heard of just now. */
  seen(uuid: string): void {
    const entry = this.#byUuid.get(uuid);
    if (entry === undefined) return;
    entry.seenAt = this.#uptime();
    if (entry.belief["online"] === true && !entry.mqtt) this.#lookAt(entry.seenAt + SILENCE);
  }

  /** The device's MQTT connection came up or went down. */
  linked(uuid: string, isUp: boolean): void {
    const entry = this.#byUuid.get(uuid);
    if (entry === undefined) return;
    entry.mqtt = isUp;
    this.seen(uuid);
  }

  /** Uuids that are believed online and have been silent for too long. */
  silent(): readonly string[] {
    const limit = this.#uptime() - SILENCE;
    const found: string[] = [];
    for (const { uuid, belief, mqtt, seenAt } of this.#byUuid.values()) {
      if (belief["online"] === true && !mqtt && seenAt <= limit) found.push(uuid);
    }
    this.#look();
    return found;
  }

  /** The entry when it has changed. */
  #note(device: DeviceRow, current: CurrentRow | undefined): Entry | undefined {
    const before = this.#byUuid.get(device.uuid);
    const belief = beliefOf(device, current ?? before?.belief);
    if (before !== undefined) {
      if (before.lab === device.lab_id && sameBelief(before.belief, belief)) return undefined;
      before.lab = device.lab_id;
      if (before.lab !== null) this.#byLab.set(before.lab, before);
      before.belief = belief;
      before.change = ++this.#changes;
      if (device.is_online) this.#lookAt(before.seenAt + SILENCE);
      return before;
    }
    const { uuid, lab_id: lab } = device;
    const entry: Entry = { uuid, lab, belief, change: ++this.#changes, seenAt: this.#uptime(), mqtt: false };
    this.#byUuid.set(uuid, entry);
    if (lab !== null) this.#byLab.set(lab, entry);
    return entry;
  }

  /** Sets the wake-up for the first device that may turn out silent. */
  #look(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { belief, mqtt, seenAt } of this.#byUuid.values()) {
      if (belief["online"] === true && !mqtt) next = Math.min(next, seenAt + SILENCE);
    }
    if (Number.isFinite(next)) this.#lookAt(next);
  }

  #lookAt(uptime: number): void {
    const after = milliseconds(Math.max(uptime - this.#uptime(), LOOK_GAP));
    const due = this.#clock.dueOf(PRESENCE_WAKE);
    if (due === undefined || between(this.#clock.now(), due) > after) this.#clock.wake(after, { name: PRESENCE_WAKE });
  }

  #uptime(): number {
    return between(this.#startedAt, this.#clock.now());
  }
}

/** Written out, since an object that grows costs each device more. */
function beliefOf(device: DeviceRow, reported: Belief | CurrentRow | undefined): Belief {
  const { uuid, is_online: online } = device;
  const provisioned = device.provisioned_at !== null && device.provisioning_state === "registered";
  const version = reported?.["version"];
  const apps = reported?.["apps"];
  if (version === undefined || apps === undefined) return { uuid, provisioned, online };
  return { uuid, provisioned, online, version, apps };
}

/** Apps that are the same object are the same apps; others are compared by their text. */
function sameBelief(a: Belief, b: Belief): boolean {
  return (
    a["online"] === b["online"] &&
    a["provisioned"] === b["provisioned"] &&
    a["version"] === b["version"] &&
    (a["apps"] === b["apps"] || JSON.stringify(a["apps"]) === JSON.stringify(b["apps"]))
  );
}
