import {
  type Address,
  type Belief,
  type Clock,
  type Cloud,
  type CloudSpec,
  type DeviceSpec,
  type Endpoint,
  type HttpHandler,
  type JsonObject,
  tcp,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import { DIRECT_FIREWALLS, directHost, hostPort, parseHostPort } from "../node/addresses.ts";
import { firewallProfile } from "../node/firewall-profile.ts";
import { readSettings, type Settings, settingsToJson } from "../node/settings.ts";
import { PAIR_WAKE, PanoramaPair } from "./pair/panorama-pair.ts";
import { peerWake, peerWorld } from "./pair/peer-world.ts";
import { PanoramaNode } from "./panorama-node.ts";
import { type PanoramaProfile, panoramaProfile, peerProfile } from "./panorama-profile.ts";
import type { RunningPanorama } from "./running-panorama.ts";

/** By how much the ports of a pair's second Panorama differ from those of the first, where none are given. */
const PEER_PORTS = 10;

/** What the cloud is made of. The pair stands between its members, who are made after it. */
interface Members {
  readonly first: PanoramaNode;
  readonly second?: PanoramaNode;
  readonly pair?: PanoramaPair;
}

/** A Panorama, or a pair of them: reads its tables, serves its API, and accepts the connections of its firewalls. */
export class Panorama implements Cloud {
  readonly #profile: PanoramaProfile;
  readonly #peer: PanoramaProfile | undefined;
  readonly #sharedSettings: JsonObject;
  /** How many firewalls get addresses of their own. */
  readonly #direct: number;
  readonly #members: Members;
  readonly #clock: Clock;

  private constructor(spec: CloudSpec, settings: Settings, members: Members, clock: Clock) {
    this.#profile = panoramaProfile(spec.options);
    this.#peer = peerProfile(spec.options);
    this.#sharedSettings = settingsToJson(settings);
    this.#direct = typeof spec.options.direct === "number" ? spec.options.direct : DIRECT_FIREWALLS;
    this.#members = members;
    this.#clock = clock;
  }

  static async create(spec: CloudSpec, world: World): Promise<Panorama> {
    const settings = readSettings(spec.options);
    const members = await openMembers(spec, settings, world);
    const how = world.start === "cold" && members.known ? "for-real" : "where-it-was";
    await members.first.boot(how);
    await members.second?.boot(how);
    members.pair?.changed();
    return new Panorama(spec, settings, members, world.clock);
  }

  get #running(): RunningPanorama {
    return this.#members.first.running;
  }

  /** Those of a pair's second Panorama have `peer-` before their names. */
  get endpoints(): Readonly<Record<string, Endpoint>> {
    const { first, second } = this.#members;
    if (second === undefined) return first.endpoints;
    const others = Object.entries(second.endpoints).filter(([name]) => name !== "link");
    return { ...first.endpoints, ...Object.fromEntries(others.map(([name, endpoint]) => [`peer-${name}`, endpoint])) };
  }

  /** The firewall's serial is expected from now on; it gets its lab's settings and an address of its own. */
  async enrol(device: Omit<DeviceSpec, "cloud">): Promise<JsonObject> {
    const profile = firewallProfile(device);
    const fresh = {
      serial: profile.serial,
      id: device.id,
      hostname: profile.hostname,
      ip_text: profile.ipText,
      model: profile.model,
      first_version: profile.firstVersion,
      available_versions: profile.availableVersions,
      created_at: this.#clock.now(),
      device_group: profile.deviceGroup,
      template_stack: profile.templateStack,
    };
    const { first, second } = this.#members;
    const row = await first.running.registry.enrol(fresh);
    await second?.running.registry.enrol(fresh);
    for (const node of [first, second]) node?.running.config.startsWithAnother(node.running.state.config);
    const enrolment = { serial: row.serial, panoramaIp: this.#profile.ipAddress, settings: this.#sharedSettings };
    const whole = { ...enrolment, ...this.#secondPanorama() };
    return row.number < this.#direct ? { ...whole, ...this.#directAddresses(row.number) } : whole;
  }

  #secondPanorama(): JsonObject {
    const link = this.#members.second?.endpoints.link?.address;
    if (link?.kind !== "tcp" || this.#peer === undefined) return {};
    return { second: { link: hostPort(link), panoramaIp: this.#peer.ipAddress } };
  }

  /** Where a firewall listens itself: at Panorama's own ports. */
  #directAddresses(number: number): JsonObject {
    const { http, https } = this.#members.first.endpoints;
    return {
      ...(http?.address.kind === "tcp" && { http: hostPort(tcp(directHost(number), http.address.port)) }),
      ...(https?.address.kind === "tcp" && { https: hostPort(tcp(directHost(number), https.address.port)) }),
    };
  }

  get management(): HttpHandler {
    return this.#running.management;
  }

  /** What the first Panorama believes; where only the second is connected, what that one does. */
  belief(deviceId: string): Belief | undefined {
    const known = this.#running.registry.belief(deviceId);
    const other = this.#members.second?.running.registry.belief(deviceId);
    return known?.connected !== true && other?.connected === true ? other : known;
  }

  /** The changes of two registries are counted together: after any, all may have changed. */
  changed(since: number): Iterable<string> {
    const { first, second } = this.#members;
    if (second === undefined) return first.running.registry.changedSince(since);
    return since < this.changes ? first.running.registry.changedSince(0) : [];
  }

  get changes(): number {
    return this.#running.registry.changes + (this.#members.second?.running.registry.changes ?? 0);
  }

  async wake({ name }: WakeUp): Promise<void> {
    if (name === PAIR_WAKE) return this.#members.pair?.settle();
    const peers = peerWake(name);
    await (peers === undefined ? this.#members.first.wake(name) : this.#members.second?.wake(peers));
  }

  async close(): Promise<void> {
    await this.#members.first.close();
    await this.#members.second?.close();
  }
}

async function openMembers(
  spec: CloudSpec,
  settings: Settings,
  world: World,
): Promise<Members & { readonly known: boolean }> {
  const { listen, tls, name, options } = spec;
  const peer = peerProfile(options);
  const profile = panoramaProfile(options);
  if (peer === undefined) {
    const first = await PanoramaNode.open(name, { profile, settings, world, listen, tls });
    return { first, known: first.wasKnown };
  }
  const nodes: Partial<Record<"primary" | "secondary", PanoramaNode>> = {};
  const pair = new PanoramaPair((priority) => {
    const node = nodes[priority];
    if (node === undefined) throw new Error("unreachable: a pair is asked for its members once both are there");
    return node.running;
  }, world.clock);
  const first = await PanoramaNode.open(name, {
    profile,
    settings,
    world,
    listen,
    tls,
    seat: { priority: "primary", pair },
  });
  const second = await PanoramaNode.open(`${name}-peer`, {
    profile: peer,
    settings,
    world: peerWorld(world),
    listen: peerPlaces(listen, peer),
    tls,
    seat: { priority: "secondary", pair },
  });
  nodes.primary = first;
  nodes.secondary = second;
  return { first, second, pair, known: first.wasKnown };
}

/** Where the second Panorama of a pair listens: where its entry says, else beside the first. */
function peerPlaces(listen: CloudSpec["listen"], peer: PanoramaProfile): CloudSpec["listen"] {
  const beside = (address: Address): Address =>
    address.kind === "tcp" && address.port !== 0 ? tcp(address.host, address.port + PEER_PORTS) : address;
  return Object.fromEntries(
    Object.entries(listen).map(([name, address]) => {
      const given = name === "http" || name === "https" ? peer.listen?.[name] : undefined;
      return [name, (given === undefined ? undefined : parseHostPort(given)) ?? beside(address)];
    }),
  );
}
