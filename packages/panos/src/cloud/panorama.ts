import {
  type Belief,
  type Cloud,
  type CloudSpec,
  type DeviceSpec,
  type Endpoint,
  type HttpHandler,
  type JsonObject,
  type Store,
  tcp,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import { DIRECT_FIREWALLS, directHost, hostPort } from "../node/addresses.ts";
import { firewallProfile } from "../node/firewall-profile.ts";
import { WILL_SUCCEED } from "../node/jobs/job.ts";
import { booted } from "../node/power.ts";
import { readSettings, type Settings, settingsToJson } from "../node/settings.ts";
import { firstNodeState, type NodeState } from "../node/state.ts";
import { draw, longer } from "../node/timing.ts";
import { PANORAMA_API } from "./api-table.ts";
import { managementRoutes } from "./management/routes.ts";
import { type PanoramaProfile, panoramaProfile } from "./panorama-profile.ts";
import { type PanoramaPlaces, RunningPanorama, saveNode } from "./running-panorama.ts";
import { StoreConfigFiles } from "./store-config.ts";
import { nodeTable, PANORAMA_TABLES } from "./tables.ts";

/** A Panorama: reads its tables, serves its API, and accepts the connections of its firewalls. */
export class Panorama implements Cloud {
  readonly #spec: CloudSpec;
  readonly #world: World;
  readonly #settings: Settings;
  readonly #sharedSettings: JsonObject;
  /** How many firewalls get addresses of their own. */
  readonly #direct: number;
  readonly #profile: PanoramaProfile;
  readonly #store: Store;
  #running: RunningPanorama;
  #endpoints: Readonly<Record<string, Endpoint>> = {};

  private constructor(spec: CloudSpec, world: World, store: Store, state: NodeState) {
    this.#spec = spec;
    this.#world = world;
    this.#store = store;
    this.#settings = readSettings(spec.options);
    this.#direct = typeof spec.options.direct === "number" ? spec.options.direct : DIRECT_FIREWALLS;
    this.#sharedSettings = settingsToJson(this.#settings);
    this.#profile = panoramaProfile(spec.options);
    this.#running = this.#run(state);
  }

  static async create(spec: CloudSpec, world: World): Promise<Panorama> {
    const store = await world.stores.open(spec.name, [...PANORAMA_TABLES]);
    const stored = await store.get(nodeTable, "panorama");
    const state = stored?.state ?? firstState(spec, world);
    if (stored === undefined) await saveNode(store, state);
    const panorama = new Panorama(spec, world, store, state);
    if (world.start === "cold" && stored !== undefined && state.power.name !== "rebooting") await panorama.#reboot();
    else await panorama.#start();
    return panorama;
  }

  #run(state: NodeState): RunningPanorama {
    return new RunningPanorama(
      this.#profile,
      this.#settings,
      this.#world,
      this.#store,
      state,
      PANORAMA_API,
      managementRoutes,
    );
  }

  async #start(): Promise<void> {
    this.#running.tellBoot();
    await Promise.all([this.#running.registry.load(), this.#running.operations.load(), this.#running.calls.load()]);
    await this.#running.wakeUp();
    await this.#running.resumePushes();
    this.#endpoints = { ...planned(this.#spec), ...this.#endpoints, ...(await this.#running.start(this.#places())) };
  }

  /** After a first start, the ports it was given then. */
  #places(): PanoramaPlaces {
    const { listen, tls } = this.#spec;
    const at = (name: string) => this.#endpoints[name]?.address ?? listen[name];
    const [http, https, link] = [at("http"), at("https"), at("link")];
    return {
      ...(http === undefined ? {} : { http }),
      ...(https === undefined ? {} : { https }),
      ...(link === undefined ? {} : { link }),
      ...(tls === undefined ? {} : { tls }),
    };
  }

  get endpoints(): Readonly<Record<string, Endpoint>> {
    return this.#endpoints;
  }

  /** The firewall's serial is expected from now on; it gets its lab's settings and an address of its own. */
  async enrol(device: Omit<DeviceSpec, "cloud">): Promise<JsonObject> {
    const profile = firewallProfile(device);
    const row = await this.#running.registry.enrol({
      serial: profile.serial,
      id: device.id,
      hostname: profile.hostname,
      ip_text: profile.ipText,
      model: profile.model,
      first_version: profile.firstVersion,
      device_group: profile.deviceGroup,
      template_stack: profile.templateStack,
    });
    this.#running.config.startsWithAnother(this.#running.state.config);
    const enrolment = { serial: row.serial, panoramaIp: this.#profile.ipAddress, settings: this.#sharedSettings };
    return row.number < this.#direct ? { ...enrolment, ...this.#directAddresses(row.number) } : enrolment;
  }

  /** Where a firewall listens itself: at Panorama's own ports. */
  #directAddresses(number: number): JsonObject {
    const { http, https } = this.#endpoints;
    return {
      ...(http?.address.kind === "tcp" && { http: hostPort(tcp(directHost(number), http.address.port)) }),
      ...(https?.address.kind === "tcp" && { https: hostPort(tcp(directHost(number), https.address.port)) }),
    };
  }

  get management(): HttpHandler {
    return this.#running.management;
  }

  belief(deviceId: string): Belief | undefined {
    return this.#running.registry.belief(deviceId);
  }

  changed(since: number): Iterable<string> {
    return this.#running.registry.changedSince(since);
  }

  get changes(): number {
    return this.#running.registry.changes;
  }

  async wake(why: WakeUp): Promise<void> {
    if (why.name === "journal") await this.#running.calls.flush();
    if (why.name === "pushes") await this.#running.endResumedPushes();
    if (why.name === "jobs") await this.#running.catchUp();
    if (why.name === "power" && (await this.#running.power()) === "boot") await this.#reboot();
  }

  async #reboot(): Promise<void> {
    const fault = this.#world.faults.strike("boot");
    const length = longer(
      draw(this.#settings.timing.autocommit, () => this.#world.random.stream("duration")),
      fault?.delay,
    );
    const state = booted(
      this.#running.state,
      { takesStaged: true, autocommit: WILL_SUCCEED, autocommitLength: length },
      this.#world.clock.now(),
    );
    await new StoreConfigFiles(this.#store).replaceJournal([]); // what was not committed is lost
    await saveNode(this.#store, state);
    this.#running = this.#run(state);
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#running.calls.flush();
    await this.#running.close("closed");
  }
}

/** Where it will listen, as far as that is known before it does. */
const planned = (spec: CloudSpec): Readonly<Record<string, Endpoint>> =>
  Object.fromEntries(
    Object.entries(spec.listen)
      .filter(([name]) => name !== "https" || spec.tls !== undefined)
      .map(([name, address]) => [name, { address }]),
  );

function firstState(spec: CloudSpec, world: World): NodeState {
  const profile = panoramaProfile(spec.options);
  return firstNodeState(
    {
      version: profile.firstVersion,
      images: profile.downloadedVersions,
      diskFreeGb: profile.diskGb,
      appVersion: profile.contentVersion,
    },
    world.clock.now(),
  );
}
