import {
  type Device,
  type Endpoint,
  type JsonObject,
  later,
  MemoryStorage,
  type Start,
  seconds,
  tcp,
} from "@understudy/kernel";
import { type SiteOptions, type SweepRun, TestSite } from "@understudy/kernel/testing";
import { panos } from "@understudy/panos";
import { ApiClient } from "../src/site/api-client.ts";

export const PRIMARY = "001234567890";
export const SECONDARY = "001234567891";

const member = (serial: string, peer: string, role: "active" | "passive", sessions: number): JsonObject => ({
  serial,
  hostname: role === "active" ? "fw-ha-primary" : "fw-ha-secondary",
  model: "PA-5220",
  version: "10.5.1",
  ip_address: role === "active" ? "192.168.1.10" : "192.168.1.11",
  ha_enabled: true,
  ha_role: role,
  ha_peer: peer,
  metrics: { tcp_sessions: sessions, route_count: 2000, arp_count: 800, disk_space_gb: 25 },
  available_versions: ["11.1.0"],
});

/** An HA pair behind a Panorama, settled as its entries say. */
export class PairSite implements AsyncDisposable {
  readonly site: TestSite;
  readonly primary: Device;
  readonly secondary: Device;
  #clients = 0;

  constructor(site: TestSite, primary: Device, secondary: Device) {
    this.site = site;
    this.primary = primary;
    this.secondary = secondary;
  }

  /** With `run`, power is cut as a sweep says and comes back a second later, by default as a killed process does. */
  static async start(
    options: SiteOptions = {},
    cloud: JsonObject = {},
    run?: SweepRun,
    comesBack: Start = "resumed",
  ): Promise<PairSite> {
    const site = await TestSite.open(run === undefined ? options : { ...options, probe: run.probe });
    const { power, ground } = site.cell;
    run?.arm((unit, unsynced) => {
      void power.cut(unit, unsynced);
      ground.time.schedule(later(ground.time.now(), seconds(1)), { due: () => void power.on(unit, comesBack) }, 0);
    });
    await site.addCloud(panos, cloud);
    const primary = await site.addDevice(panos, member(PRIMARY, SECONDARY, "active", 65_000), {
      id: "primary",
      power: "off",
    });
    const secondary = await site.addDevice(panos, member(SECONDARY, PRIMARY, "passive", 100), {
      id: "secondary",
      power: "off",
    });
    for (const id of ["primary", "secondary"]) void power.on(id);
    return new PairSite(site, primary, secondary);
  }

  /** Such as `active/passive`. */
  get roles(): string {
    return [this.primary, this.secondary].map((device) => String(device.state()["haState"])).join("/");
  }

  get isConnected(): boolean {
    return this.primary.state()["connected"] === true && this.secondary.state()["connected"] === true;
  }

  settled(): Promise<void> {
    return this.site.until(() => this.roles === "active/passive" && this.isConnected, "the pair to settle");
  }

  upgrade(version: string): Promise<JsonObject> {
    return this.site.during(this.site.cell.act(panos, "panorama", "upgrade", { version }, ["primary", "secondary"]));
  }

  /** A client of Panorama's API, with the lab's key. */
  async client(endpoint: Endpoint = this.panoramaEndpoint): Promise<ApiClient> {
    const { cell } = this.site;
    const id = `client-${++this.#clients}`;
    return new ApiClient(await cell.power.operator(id, new MemoryStorage(cell.ground.time)), endpoint, "test-api-key");
  }

  get panoramaEndpoint(): Endpoint {
    const endpoint = this.site.cell.cloud("panorama").endpoints["http"];
    if (endpoint === undefined) throw new Error("Panorama has no http endpoint");
    return endpoint;
  }

  /** Where firewall `n` listens itself. */
  direct(n: number): Endpoint {
    const { address } = this.panoramaEndpoint;
    if (address.kind !== "tcp") throw new Error("not TCP");
    return { address: tcp(`127.42.0.${n + 1}`, address.port) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.site[Symbol.asyncDispose]();
  }
}
