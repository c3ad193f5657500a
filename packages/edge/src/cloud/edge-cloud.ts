import {
  type Belief,
  type Cloud,
  type CloudSpec,
  createRouter,
  type DeviceSpec,
  type Endpoint,
  type JsonObject,
  jsonReply,
  type Listener,
  messageOf,
  type Router,
  reasonOf,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import type { BrokerConfig } from "../wire/cloud/broker-config.ts";
import { ACCESS, type AccessRule } from "../wire/mqtt/access.ts";
import { CONNACK, type ConnectFrame } from "../wire/mqtt/frame.ts";
import { mqttProtocol } from "../wire/mqtt/protocol.ts";
import type { CloudParts } from "./cloud-parts.ts";
import { Fleet, PRESENCE_WAKE } from "./fleet/fleet.ts";
import { expireSilent } from "./fleet/presence.ts";
import { addDeviceRoutes } from "./http/device-routes.ts";
import { addOperatorRoutes } from "./http/operator-routes.ts";
import { refusal } from "./http/replies.ts";
import { Lane } from "./lane.ts";
import { Broker, SWEEP_WAKE } from "./mqtt/broker.ts";
import type { Admission, BrokerHost, Message, Refusal } from "./mqtt/broker-host.ts";
import { StoredRetained } from "./mqtt/stored-retained.ts";
import { OPERATOR_USER, settingsOf } from "./options.ts";
import { Enrolments } from "./provisioning/enrolments.ts";
import { takeMessage } from "./reports/take-message.ts";
import { hashSecret, isSecret } from "./secrets.ts";
import { mqttAcls, mqttUsers, provisioningKeys, retainedMessages, systemConfig } from "./tables/access-rows.ts";
import { currents, devices, targets } from "./tables/device-rows.ts";

const TABLES = [
  devices,
  targets,
  currents,
  provisioningKeys,
  mqttUsers,
  mqttAcls,
  retainedMessages,
  systemConfig,
] as const;

const EVERYTHING: readonly AccessRule[] = [
  { topic: "#", access: ACCESS.all },
  { topic: "$SYS/#", access: ACCESS.all },
];

/** Wait that devices are told between attempts to connect, and for one of them. */
const RECONNECT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 30_000;

/** Makes the edge cloud of a specification: reads its tables, serves its endpoints. */
export async function createEdgeCloud(spec: CloudSpec, world: World): Promise<EdgeCloud> {
  const store = await world.stores.open(spec.name, TABLES);
  const cloud = new EdgeCloud(spec, world, store);
  await cloud.open();
  return cloud;
}

/** The embedded edge cloud: provisioning, target states, reports, and an MQTT broker of our own. */
export class EdgeCloud implements Cloud, BrokerHost {
  readonly #spec: CloudSpec;
  readonly #world: World;
  readonly #parts: CloudParts;
  readonly #router: Router;
  readonly #enrolments: Enrolments;
  readonly #listeners: Listener[] = [];
  #endpoints: Readonly<Record<string, Endpoint>> = {};
  #brokerConfig: BrokerConfig | undefined;

  constructor(spec: CloudSpec, world: World, store: CloudParts["store"]) {
    this.#spec = spec;
    this.#world = world;
    this.#parts = {
      world,
      store,
      settings: settingsOf(spec.options),
      fleet: new Fleet(world.clock, world.events),
      broker: new Broker({ clock: world.clock, log: world.log, host: this, retained: new StoredRetained(store) }),
      brokerConfig: () => this.#brokerConfig,
      registrations: new Lane(),
      chance: world.random.stream("edge-cloud"),
    };
    this.#router = createRouter({
      log: world.log,
      trailingSlash: "ignore",
      notFound: ({ method, target }) => refusal(404, `There is no ${method} ${target}.`),
      wrongMethod: ({ method }, allowed) => refusal(405, `${method} is not possible here; ${allowed.join(", ")} is.`),
      invalid: (error) => refusal(reasonOf(error) === "too-large" ? 413 : 400, messageOf(error)),
      failed: () => refusal(500, "The server failed; its log says why."),
    });
    this.#enrolments = new Enrolments(this.#parts);
    addDeviceRoutes(this.#router, this.#parts);
    addOperatorRoutes(this.#router, this.#parts);
    this.#router.route({
      method: "GET",
      path: "/openapi.json",
      describe: { summary: "This description", hidden: true },
      handle: () => jsonReply(this.#router.openapi({ title: "Understudy edge cloud", version: "1" })),
    });
  }

  get endpoints(): Readonly<Record<string, Endpoint>> {
    return this.#endpoints;
  }

  get changes(): number {
    return this.#parts.fleet.changes;
  }

  /** Reads the tables, then serves. Called once, before anything else. */
  async open(): Promise<void> {
    const { store, fleet } = this.#parts;
    fleet.boot(await store.find(devices, {}).all([]), await store.find(currents, {}).all([]));
    await this.#serve();
  }

  enrol(device: Omit<DeviceSpec, "cloud">): Promise<JsonObject> {
    return this.#enrolments.enrol(device);
  }

  belief(deviceId: string): Belief | undefined {
    return this.#parts.fleet.belief(deviceId);
  }

  changed(since: number): Iterable<string> {
    return this.#parts.fleet.changed(since);
  }

  wake({ name }: WakeUp): Promise<void> | void {
    if (name === SWEEP_WAKE) return this.#parts.broker.sweep();
    if (name === PRESENCE_WAKE) return expireSilent(this.#parts);
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  /** Who may use the broker: devices by what registration gave them, the operator by the admin token. */
  async admit({ username, password }: ConnectFrame): Promise<Admission | Refusal> {
    if (username === undefined || password === undefined) return { kind: "refused", code: CONNACK.notAuthorized };
    if (username === OPERATOR_USER) {
      const known = isSecret(password, hashSecret(this.#parts.settings.adminToken));
      return known
        ? { kind: "admitted", username, rules: EVERYTHING }
        : { kind: "refused", code: CONNACK.badCredentials };
    }
    const { store } = this.#parts;
    const user = await store.get(mqttUsers, username);
    if (user === undefined || !isSecret(password, user.password_hash))
      return { kind: "refused", code: CONNACK.badCredentials };
    if (!user.is_active) return { kind: "refused", code: CONNACK.notAuthorized };
    if (user.is_superuser) return { kind: "admitted", username, rules: EVERYTHING };
    const rows = await store.find(mqttAcls, { where: [["username", "="]] }).all([username]);
    // An array of exactly its length, since each connection keeps one; names are the row's, so that they are kept once.
    return { kind: "admitted", username: user.username, rules: rows.slice() };
  }

  published(message: Message): Promise<void> {
    return takeMessage(this.#parts, message);
  }

  async #serve(): Promise<void> {
    const { listen, tls } = this.#spec;
    const { network } = this.#world;
    const endpoints: Record<string, Endpoint> = {};
    const serverTls = tls === undefined ? undefined : { certificate: tls.certificate, key: tls.key };
    const client = tls === undefined ? {} : { tls: { ca: [tls.ca] } };
    const add = (name: string, listener: Listener, secure: boolean): void => {
      this.#listeners.push(listener);
      endpoints[name] = { address: listener.address, ...(secure ? client : {}) };
    };
    if (listen["http"] !== undefined)
      add("http", await network.serve(listen["http"], this.#router, { name: "http" }), false);
    if (listen["https"] !== undefined && serverTls !== undefined) {
      add("https", await network.serve(listen["https"], this.#router, { name: "https", tls: serverTls }), true);
    }
    const protocol = mqttProtocol();
    const { broker } = this.#parts;
    if (listen["mqtt"] !== undefined)
      add("mqtt", await network.accept(listen["mqtt"], protocol, broker, { name: "mqtt" }), false);
    if (listen["mqtts"] !== undefined && serverTls !== undefined) {
      add("mqtts", await network.accept(listen["mqtts"], protocol, broker, { name: "mqtts", tls: serverTls }), true);
    }
    this.#endpoints = endpoints;
    this.#brokerConfig = this.#describeBroker(endpoints);
  }

  /** The TLS endpoint is told where there is one. */
  #describeBroker(endpoints: Readonly<Record<string, Endpoint>>): BrokerConfig | undefined {
    const secure = endpoints["mqtts"];
    const address = (secure ?? endpoints["mqtt"])?.address;
    if (address?.kind !== "tcp") return undefined;
    const useTls = secure !== undefined;
    const ca = this.#spec.tls?.ca;
    return Object.freeze({
      protocol: useTls ? "mqtts" : "mqtt",
      host: this.#spec.publicNames?.[0] ?? address.host,
      port: address.port,
      useTls,
      ...(useTls ? { verifyCertificate: true, ...(ca === undefined ? {} : { caCert: ca }) } : {}),
      clientIdPrefix: "Iotistic",
      keepAlive: this.#parts.settings.keepAliveS,
      cleanSession: true,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
  }
}
