import { type Belief, type EventSink, type Instant, insert, replace, type Store } from "@understudy/kernel";
import { changeBetween } from "../node/change.ts";
import type { DeviceFacts } from "../wire/link/panorama-frames.ts";
import { type DeviceRow, devicesTable } from "./tables.ts";

interface Entry {
  row: DeviceRow;
  connected: boolean;
  /** Number of the newest change of the belief. */
  change: number;
  belief: Belief;
}

/** What Panorama knows of its firewalls: its table, and who is connected right now. */
export class Registry {
  readonly #store: Store;
  readonly #events: EventSink;
  readonly #bySerial = new Map<string, Entry>();
  readonly #serialById = new Map<string, string>();
  #changes = 0;

  constructor(store: Store, events: EventSink) {
    this.#store = store;
    this.#events = events;
  }

  async load(): Promise<void> {
    for (const row of await this.#store.find(devicesTable, { order: [["number", "asc"]] }).all([])) this.#add(row);
  }

  get changes(): number {
    return this.#changes;
  }

  /** In the order of enrolment. */
  *entries(): Iterable<{ readonly row: DeviceRow; readonly connected: boolean }> {
    yield* this.#bySerial.values();
  }

  get size(): number {
    return this.#bySerial.size;
  }

  row(serial: string): DeviceRow | undefined {
    return this.#bySerial.get(serial)?.row;
  }

  isConnected(serial: string): boolean {
    return this.#bySerial.get(serial)?.connected === true;
  }

  belief(id: string): Belief | undefined {
    const serial = this.#serialById.get(id);
    return serial === undefined ? undefined : this.#bySerial.get(serial)?.belief;
  }

  *changedSince(since: number): Iterable<string> {
    for (const { row, change } of this.#bySerial.values()) if (change > since) yield row.id;
  }

  /** Expects a firewall. One that is known already keeps its row. */
  async enrol(
    fresh: Omit<DeviceRow, "number" | "facts" | "connected_at" | "policy_digest" | "template_digest">,
  ): Promise<DeviceRow> {
    const known = this.#bySerial.get(fresh.serial);
    if (known !== undefined) return known.row;
    const row: DeviceRow = {
      ...fresh,
      number: this.#bySerial.size,
      policy_digest: "",
      template_digest: "",
      facts: null,
      connected_at: null,
    };
    this.#add(row);
    await this.#store.commit([insert(devicesTable, row)]);
    return row;
  }

  #add(row: DeviceRow): void {
    this.#bySerial.set(row.serial, { row, connected: false, change: ++this.#changes, belief: beliefOf(row, false) });
    this.#serialById.set(row.id, row.serial);
  }

  /** What a firewall told of itself. `connectedAt` is given with its hello. */
  async learn(serial: string, facts: DeviceFacts, connectedAt?: Instant): Promise<void> {
    const row = await this.#store.change(async () => {
      const old = await this.#store.get(devicesTable, serial);
      if (old === undefined) return { writes: [], result: undefined };
      const next: DeviceRow = {
        ...old,
        facts,
        hostname: facts.hostname,
        ...(connectedAt === undefined ? {} : { connected_at: connectedAt }),
      };
      return { writes: [replace(devicesTable, old, next)], result: next };
    });
    const entry = this.#bySerial.get(serial);
    if (entry !== undefined && row !== undefined)
      this.#update(entry, row, connectedAt === undefined ? entry.connected : true);
  }

  /** What a firewall has taken over. */
  async pushed(serial: string, digests: { readonly policy?: string; readonly template?: string }): Promise<void> {
    const row = await this.#store.change(async () => {
      const old = await this.#store.get(devicesTable, serial);
      if (old === undefined) return { writes: [], result: undefined };
      const next: DeviceRow = {
        ...old,
        policy_digest: digests.policy ?? old.policy_digest,
        template_digest: digests.template ?? old.template_digest,
      };
      return { writes: [replace(devicesTable, old, next)], result: next };
    });
    const entry = this.#bySerial.get(serial);
    if (entry !== undefined && row !== undefined) entry.row = row;
  }

  disconnected(serial: string): void {
    const entry = this.#bySerial.get(serial);
    if (entry !== undefined) this.#update(entry, entry.row, false);
  }

  #update(entry: Entry, row: DeviceRow, connected: boolean): void {
    const belief = beliefOf(row, connected);
    const change = changeBetween(entry.belief, belief);
    entry.row = row;
    entry.connected = connected;
    if (Object.keys(change).length === 0) return;
    entry.belief = belief;
    entry.change = ++this.#changes;
    this.#events.emit("belief", {}, { device: row.id, change });
  }
}

/** The same keys as a firewall's own state. What only a connected firewall can tell is not believed of others. */
function beliefOf(row: DeviceRow, connected: boolean): Belief {
  const { facts } = row;
  const known = { serial: row.serial, hostname: row.hostname, connected };
  if (facts === null) return known;
  const lasting = { ...known, model: facts.model, version: facts.version };
  if (!connected) return lasting;
  return {
    ...lasting,
    phase: facts.phase,
    ready: facts.ready,
    appVersion: facts.appVersion,
    ...(facts.staged === undefined ? {} : { staged: facts.staged }),
    ...(facts.haState === undefined ? {} : { haState: facts.haState }),
  };
}
