import {
  type Address,
  type Belief,
  type Cloud,
  type CloudSpec,
  type DeviceSpec,
  type Endpoint,
  gib,
  type HttpHandler,
  type HttpReply,
  insert,
  type JsonObject,
  type Listener,
  type ListenerLimits,
  type RefusalStatus,
  type ServerTls,
  StoreError,
  type World,
} from "@understudy/kernel";
import { hmac } from "../wire/pantahub/hs256.ts";
import { Accounts } from "./auth/accounts.ts";
import { Beliefs } from "./beliefs.ts";
import { Callers } from "./callers.ts";
import { Contacts } from "./contacts.ts";
import { newJoinToken } from "./devices/join-tokens.ts";
import { certificatesOf } from "./devices/ownership.ts";
import { joinTokenHash } from "./devices/register.ts";
import { Incidents } from "./http/refusal.ts";
import { pantahubHandler } from "./http/server.ts";
import type { Hub } from "./hub.ts";
import { loadKeys } from "./keys.ts";
import { LogBound } from "./logs/log-bound.ts";
import { settingsOf } from "./options.ts";
import { joinTokenTable } from "./tables/device-rows.ts";
import { findersOf } from "./tables/finders.ts";
import { PANTAHUB_TABLES } from "./tables/tables.ts";
import { trailTable } from "./tables/trail-rows.ts";
import { States } from "./trails/states.ts";
import { StepFilters } from "./trails/step-filter.ts";

/** A body may be a whole object; JSON bodies have their own, much smaller limit. */
const LIMITS: Partial<ListenerLimits> = { bodyBytes: gib(64) };
const JOIN_TOKEN_BYTES = 24;

/**
 * Starts a Pantahub: reads its tables (`world.stores`, named after the cloud), and serves the endpoints `http` and `https` of
 * `spec.listen`, whichever are there. Options: {@link PantahubOptions}.
 */
export async function createPantahub(spec: CloudSpec, world: World): Promise<Pantahub> {
  const hub = await openHub(spec, world);
  await readBeliefs(hub);
  const handler = pantahubHandler(hub);
  const listeners = await serveAll(spec, hub, handler);
  return new Pantahub(hub, handler, listeners, endpointsOf(spec, listeners));
}

/** Only of the lab's devices: a database may hold any number of others. */
async function readBeliefs(hub: Hub): Promise<void> {
  const devices = await hub.find.labDevices.all([""]);
  const trails = await Promise.all(devices.map((device) => hub.store.get(trailTable, device.id)));
  hub.beliefs.boot(
    devices,
    trails.filter((trail) => trail !== undefined),
  );
}

async function openHub(spec: CloudSpec, world: World): Promise<Hub> {
  const settings = settingsOf(spec.options);
  const store = await world.stores.open(spec.name, PANTAHUB_TABLES);
  const find = findersOf(store);
  const keys = await loadKeys(store, world.random);
  return {
    world,
    settings,
    store,
    find,
    keys,
    roots: certificatesOf(settings.rootOfTrust),
    accounts: new Accounts(store, find, settings.accounts),
    callers: new Callers(keys.access),
    contacts: new Contacts(),
    beliefs: new Beliefs(world.events),
    states: new States(),
    stepFilters: new StepFilters(),
    logBound: new LogBound(store, find, world.log, settings.logLines),
    incidents: new Incidents(() => world.clock.now()),
    chance: world.random.stream("pantahub/ids"),
    bootedAt: world.clock.now(),
    publicNames: spec.publicNames ?? [],
  };
}

/** A Pantahub that runs. */
export class Pantahub implements Cloud {
  readonly #hub: Hub;
  readonly #listeners: readonly Listener[];
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** For callers within the process that need no network. */
  readonly handler: HttpHandler;

  constructor(
    hub: Hub,
    handler: HttpHandler,
    listeners: ReadonlyMap<string, Listener>,
    endpoints: Pantahub["endpoints"],
  ) {
    this.#hub = hub;
    this.handler = handler;
    this.#listeners = [...listeners.values()];
    this.endpoints = endpoints;
  }

  /** Number of the newest change of a belief. */
  get changes(): number {
    return this.#hub.beliefs.changes;
  }

  /** `claimed`, `prn`, `revision`, `status` of a lab device that has registered; `undefined` before. */
  belief(deviceId: string): Belief | undefined {
    return this.#hub.beliefs.of(deviceId);
  }

  changed(since: number): Iterable<string> {
    return this.#hub.beliefs.changed(since);
  }

  /**
   * Makes a join token for a lab device, owned by the account that the options name: `{ autoToken }`. Doing it again gives the
   * same one. Whoever registers with it is that device.
   */
  async enrol(device: Omit<DeviceSpec, "cloud">): Promise<JsonObject> {
    const hub = this.#hub;
    const owner = await hub.accounts.named(hub.settings.owner);
    if (owner === undefined) return {};
    const token = hmac(hub.keys.enrolment, device.id).subarray(0, JOIN_TOKEN_BYTES).toString("base64");
    if ((await hub.find.joinTokenByHash.first([joinTokenHash(token)])) === undefined) {
      const given = { owner: owner.prn, token, nick: undefined, defaultUserMeta: null, lab: device.id };
      await hub.store.commit([insert(joinTokenTable, newJoinToken(hub, given))]).catch(unlessThere);
    }
    return { autoToken: token };
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }
}

/** Another server on the same tables made the token at the same time. */
function unlessThere(error: unknown): void {
  if (!(error instanceof StoreError) || error.code !== "exists") throw error;
}

async function serveAll(spec: CloudSpec, hub: Hub, handler: HttpHandler): Promise<Map<string, Listener>> {
  const listeners = new Map<string, Listener>();
  const refusal = (status: RefusalStatus, why: string): HttpReply => hub.incidents.reply(status, why);
  for (const name of ["http", "https"] as const) {
    const at = spec.listen[name];
    if (at === undefined) continue;
    const tls = name === "https" ? { tls: tlsOf(spec) } : {};
    listeners.set(name, await hub.world.network.serve(at, handler, { name, limits: LIMITS, refusal, ...tls }));
  }
  return listeners;
}

/** Client certificates are asked for, for ownership validation; which of them count is decided there. */
function tlsOf(spec: CloudSpec): ServerTls {
  const { certificate = "", key = "" } = spec.tls ?? {};
  return { certificate, key, requestClient: true };
}

function endpointsOf(spec: CloudSpec, listeners: ReadonlyMap<string, Listener>): Readonly<Record<string, Endpoint>> {
  const ca = spec.tls === undefined ? {} : { ca: [spec.tls.ca] };
  const endpoint = (name: string, address: Address): Endpoint =>
    name === "https" ? { address, tls: ca } : { address };
  return Object.fromEntries([...listeners].map(([name, listener]) => [name, endpoint(name, listener.address)]));
}
