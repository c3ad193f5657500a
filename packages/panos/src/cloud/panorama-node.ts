import type { CloudSpec, Endpoint, Store, World } from "@understudy/kernel";
import { WILL_SUCCEED } from "../node/jobs/job.ts";
import { booted } from "../node/power.ts";
import type { Settings } from "../node/settings.ts";
import { firstNodeState } from "../node/state.ts";
import { draw, longer } from "../node/timing.ts";
import { PANORAMA_API } from "./api-table.ts";
import { managementRoutes } from "./management/routes.ts";
import { firstPairState, joining } from "./pair/pair-state.ts";
import type { PanoramaProfile } from "./panorama-profile.ts";
import {
  type PairSeat,
  type PanoramaPlaces,
  type PanoramaState,
  RunningPanorama,
  saveNode,
} from "./running-panorama.ts";
import { StoreConfigFiles } from "./store-config.ts";
import { nodeTable, PANORAMA_TABLES } from "./tables.ts";

/** What a Panorama is given for good. */
export interface PanoramaParts {
  readonly profile: PanoramaProfile;
  readonly settings: Settings;
  readonly world: World;
  readonly listen: CloudSpec["listen"];
  readonly tls: CloudSpec["tls"];
  readonly seat?: PairSeat;
}

/** One Panorama: its tables, what runs of it, and its reboots. */
export class PanoramaNode {
  readonly #parts: PanoramaParts;
  readonly #store: Store;
  /** Its state was stored before. */
  readonly wasKnown: boolean;
  #running: RunningPanorama;
  #endpoints: Readonly<Record<string, Endpoint>> = {};

  private constructor(parts: PanoramaParts, store: Store, state: PanoramaState, wasKnown: boolean) {
    this.#parts = parts;
    this.wasKnown = wasKnown;
    this.#store = store;
    this.#running = this.#run(state);
  }

  /** Reads what is stored under `name`, or begins anew. Call {@link PanoramaNode.boot} next. */
  static async open(name: string, parts: PanoramaParts): Promise<PanoramaNode> {
    const store = await parts.world.stores.open(name, [...PANORAMA_TABLES]);
    const stored = await store.get(nodeTable, "panorama");
    const state = stored === undefined ? firstState(parts) : inPair(parts, stored.state);
    if (stored === undefined) await saveNode(store, state);
    return new PanoramaNode(parts, store, state, stored !== undefined);
  }

  get running(): RunningPanorama {
    return this.#running;
  }

  get endpoints(): Readonly<Record<string, Endpoint>> {
    return this.#endpoints;
  }

  /** Comes up: for real when its power was away, else where it was. */
  boot(how: "for-real" | "where-it-was"): Promise<void> {
    return how === "for-real" && this.#running.state.power.name !== "rebooting" ? this.#reboot() : this.#start();
  }

  async wake(name: string): Promise<void> {
    if (name === "journal") await this.#running.calls.wake();
    if (name === "pushes") await this.#running.endResumedPushes();
    if (name === "jobs") await this.#running.catchUp();
    if (name === "power" && (await this.#running.power()) === "boot") await this.#reboot();
  }

  async close(): Promise<void> {
    await this.#running.calls.flush();
    await this.#running.close("closed");
  }

  #run(state: PanoramaState): RunningPanorama {
    const { profile, settings, world, seat } = this.#parts;
    return new RunningPanorama(profile, settings, world, this.#store, state, PANORAMA_API, managementRoutes, seat);
  }

  async #start(): Promise<void> {
    this.#running.tellBoot();
    await Promise.all([this.#running.registry.load(), this.#running.operations.load(), this.#running.calls.load()]);
    await this.#running.wakeUp();
    await this.#running.resumePushes();
    this.#endpoints = { ...planned(this.#parts), ...this.#endpoints, ...(await this.#running.start(this.#places())) };
  }

  /** After a first start, the ports it was given then. */
  #places(): PanoramaPlaces {
    const { listen, tls } = this.#parts;
    const at = (name: string) => this.#endpoints[name]?.address ?? listen[name];
    const [http, https, link] = [at("http"), at("https"), at("link")];
    return {
      ...(http === undefined ? {} : { http }),
      ...(https === undefined ? {} : { https }),
      ...(link === undefined ? {} : { link }),
      ...(tls === undefined ? {} : { tls }),
    };
  }

  async #reboot(): Promise<void> {
    const { world, settings } = this.#parts;
    const fault = world.faults.strike("boot");
    const length = longer(
      draw(settings.timing.autocommit, () => world.random.stream("duration")),
      fault?.delay,
    );
    const now = world.clock.now();
    const { node, ha } = this.#running.whole;
    const plan = { takesStaged: true, autocommit: WILL_SUCCEED, autocommitLength: length } as const;
    const state = { node: booted(node, plan, now), ...(ha === undefined ? {} : { ha: joining(ha, now) }) };
    await new StoreConfigFiles(this.#store).replaceJournal([]); // what was not committed is lost
    await saveNode(this.#store, state);
    this.#running = this.#run(state);
    await this.#start();
  }
}

/** Where it will listen, as far as that is known before it does. */
const planned = ({ listen, tls }: PanoramaParts): Readonly<Record<string, Endpoint>> =>
  Object.fromEntries(
    Object.entries(listen)
      .filter(([name]) => name !== "https" || tls !== undefined)
      .map(([name, address]) => [name, { address }]),
  );

function firstState({ profile, world, seat }: PanoramaParts): PanoramaState {
  const node = firstNodeState(
    {
      version: profile.firstVersion,
      images: profile.downloadedVersions,
      diskFreeGb: profile.diskGb,
      appVersion: profile.contentVersion,
    },
    world.clock.now(),
  );
  return { node, ...(seat === undefined ? {} : { ha: firstPairState(seat.priority, node.bootedAt) }) };
}

/** A Panorama that has become one of a pair since it was stored has its first role. */
function inPair(
  { seat }: PanoramaParts,
  { ha, ...node }: PanoramaState["node"] & Pick<PanoramaState, "ha">,
): PanoramaState {
  if (seat === undefined) return { node };
  return { node, ha: ha ?? firstPairState(seat.priority, node.bootedAt) };
}
