/**
 * A family from outside the house: street lamps that ask their controller whether to be lit. It shows all that a new family
 * needs: a cloud, a device, and the record that registers both. A lab file names it under `families:`.
 */
import {
  type Cloud,
  type CloudSpec,
  type Device,
  type DeviceSpec,
  type DeviceState,
  EMPTY_BODY,
  type Family,
  type HttpAnswer,
  type HttpHandler,
  insert,
  type JsonObject,
  json,
  type ReceivedRequest,
  replace,
  type Site,
  type Store,
  seconds,
  table,
  UnderstudyError,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import { Type } from "typebox";

interface LampRow {
  readonly id: string;
  readonly wanted: boolean;
  readonly reported: boolean | null;
}

const lamps = table<LampRow>("lamps", { id: "text", wanted: "boolean", reported: "boolean?" }, { key: ["id"] });
const plain = [["Content-Type", "application/json"]] as const;
const reply = (status: number, value: unknown): HttpAnswer => ({ status, headers: plain, body: json(value) });

/** `GET /lamps/ID?lit=true|false` reports and asks; `PUT /lamps/ID?wanted=…` orders. */
class LampController implements Cloud, HttpHandler {
  readonly endpoints: Cloud["endpoints"];
  readonly #world: World;
  readonly #store: Store;
  readonly #beliefs = new Map<string, JsonObject>();
  readonly #changes: string[] = [];

  constructor(endpoints: Cloud["endpoints"], world: World, store: Store) {
    this.endpoints = endpoints;
    this.#world = world;
    this.#store = store;
  }

  get changes(): number {
    return this.#changes.length;
  }

  changed(since: number): Iterable<string> {
    return this.#changes.slice(since);
  }

  belief(deviceId: string): JsonObject | undefined {
    return this.#beliefs.get(deviceId);
  }

  async enrol(device: Omit<DeviceSpec, "cloud">): Promise<JsonObject> {
    if ((await this.#store.get(lamps, device.id)) === undefined) {
      await this.#store.commit([insert(lamps, { id: device.id, wanted: false, reported: null })]);
    }
    return {};
  }

  async handle(request: ReceivedRequest): Promise<HttpAnswer> {
    const url = new URL(request.target, "http://controller");
    const id = decodeURIComponent(url.pathname.replace("/lamps/", ""));
    if (request.method === "PUT") return this.#set(id, { wanted: url.searchParams.get("wanted") === "true" });
    const lit = url.searchParams.get("lit") === "true";
    if (this.#beliefs.get(id)?.lit !== lit) {
      this.#beliefs.set(id, { lit });
      this.#changes.push(id);
      this.#world.events.emit("belief", {}, { device: id, lit });
    }
    return this.#set(id, { reported: lit });
  }

  /** What was reported before the power went is still believed. */
  async remember(): Promise<void> {
    for (const row of await this.#store.find(lamps, {}).all([]))
      if (row.reported !== null) this.#beliefs.set(row.id, { lit: row.reported });
  }

  async close(): Promise<void> {}

  #set(id: string, change: Partial<LampRow>): Promise<HttpAnswer> {
    return this.#store.change<HttpAnswer>(async () => {
      const row = await this.#store.get(lamps, id);
      if (row === undefined) return { writes: [], result: reply(404, { error: `no lamp ${id}` }) };
      const next = { ...row, ...change };
      return { writes: [replace(lamps, row, next)], result: reply(200, { wanted: next.wanted }) };
    });
  }
}

class Lamp implements Device {
  readonly #spec: DeviceSpec;
  #state: DeviceState = { phase: "idle", lit: false };
  #world: World | undefined;

  constructor(spec: DeviceSpec) {
    this.#spec = spec;
  }

  state(): DeviceState {
    return this.#state;
  }

  async boot(world: World): Promise<void> {
    this.#world = world;
    this.#state = { phase: "idle", lit: (await world.storage.readText("lit")) === "true" };
    world.events.emit("boot", this.#state);
    world.clock.wake(seconds(world.random.stream("jitter").integer(1, 10)), { name: "ask" });
  }

  async wake(_why: WakeUp): Promise<void> {
    const world = this.#world;
    const http = this.#spec.cloud?.endpoints.http;
    if (world === undefined || http === undefined) return;
    world.clock.wake(seconds(10), { name: "ask" });
    if (world.faults.strike("ask") !== undefined) return;
    const target = `/lamps/${this.#spec.id}?lit=${String(this.#state.lit)}`;
    const answer = await world.network.request(http.address, {
      method: "GET",
      target,
      version: "1.1",
      headers: [],
      body: EMPTY_BODY,
    });
    const wanted = await wantedOf(answer.body);
    if (wanted === this.#state.lit) return;
    await world.storage.write("lit", String(wanted));
    await world.storage.sync();
    this.#state = { ...this.#state, lit: wanted };
    world.events.emit("switched", { lit: wanted });
  }

  async answer(): Promise<void> {
    throw new UnderstudyError("no-question", "A lamp asks nothing.");
  }
}

async function wantedOf(body: {
  readonly kind: string;
  readonly value?: unknown;
  readonly bytes?: Uint8Array;
}): Promise<boolean> {
  const value: unknown = body.kind === "json" ? body.value : JSON.parse(new TextDecoder().decode(body.bytes));
  return typeof value === "object" && value !== null && "wanted" in value && value.wanted === true;
}

async function createCloud(spec: CloudSpec, world: World): Promise<Cloud> {
  const store = await world.stores.open(spec.name, [lamps]);
  const at = spec.listen.http;
  if (at === undefined)
    throw new UnderstudyError("bad-spec", "A lamp controller needs an address for its endpoint http.");
  const handler: HttpHandler = { handle: (request) => controller.handle(request) };
  const listener = await world.network.serve(at, handler);
  const controller = new LampController({ http: { address: listener.address } }, world, store);
  await controller.remember();
  return controller;
}

async function act(site: Site, _action: string, args: JsonObject): Promise<JsonObject> {
  const http = site.link.endpoints.http;
  if (http === undefined) return {};
  for (const id of site.devices) {
    const target = `/lamps/${id}?wanted=${String(args.lit)}`;
    await site.world.network.request(http.address, {
      method: "PUT",
      target,
      version: "1.1",
      headers: [],
      body: EMPTY_BODY,
    });
  }
  return { lamps: site.devices.length };
}

export const family: Family = {
  name: "lamp",
  cloudKind: "lamp-controller",
  ports: { http: 7490 },
  schemas: {
    cloud: Type.Object({}, { additionalProperties: false }),
    device: Type.Object({}, { additionalProperties: false }),
    actions: { light: Type.Object({ lit: Type.Boolean() }, { additionalProperties: false }) },
  },
  operations: ["ask"],
  phases: [{ name: "idle", tone: "idle" }],
  createCloud,
  createDevice: (spec) => new Lamp(spec),
  act,
};
