import { type Device, type FaultRule, type JsonObject, MemoryStorage } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { panos } from "@understudy/panos";
import { ApiClient, type ApiReply } from "../src/site/api-client.ts";
import type { Parameters } from "../src/wire/api/form.ts";

const SERIAL = "001234567890";

/** One firewall behind a Panorama, asked through it. */
export class FirewallSite implements AsyncDisposable {
  readonly site: TestSite;
  readonly device: Device;
  readonly panorama: ApiClient;

  constructor(site: TestSite, device: Device, panorama: ApiClient) {
    this.site = site;
    this.device = device;
    this.panorama = panorama;
  }

  static async start(
    options: JsonObject = {},
    { cloud = {}, faults = [] }: { readonly cloud?: JsonObject; readonly faults?: readonly FaultRule[] } = {},
  ): Promise<FirewallSite> {
    const site = await TestSite.open({ faults });
    await site.addCloud(panos, cloud);
    const device = await site.addDevice(panos, { serial: SERIAL, ...options }, { id: "fw" });
    await site.until(() => device.state()["connected"] === true, "the firewall to be connected");
    const world = await site.cell.power.operator("client", new MemoryStorage(site.cell.ground.time));
    const endpoint = site.cell.cloud("panorama").endpoints["http"];
    if (endpoint === undefined) throw new Error("Panorama has no http endpoint");
    return new FirewallSite(site, device, new ApiClient(world, endpoint, "test-api-key"));
  }

  /** The text of the firewall's answer to a call. */
  async call(parameters: Parameters): Promise<string> {
    return (await this.reply(parameters)).xml;
  }

  reply(parameters: Parameters): Promise<ApiReply> {
    return this.site.during(this.panorama.for(SERIAL).call(parameters));
  }

  /** The text of its answer to an operational command. */
  op(cmd: string): Promise<string> {
    return this.call({ type: "op", cmd });
  }

  /** An operational command to Panorama itself. */
  async tellPanorama(cmd: string): Promise<string> {
    return (await this.site.during(this.panorama.op(cmd))).xml;
  }

  /** Restarts it, and waits until it is connected again. */
  async restart(): Promise<void> {
    await this.op("<request><restart><system/></restart></request>");
    await this.site.until(() => this.device.state()["connected"] === false, "the firewall to go down");
    await this.site.until(() => this.device.state()["connected"] === true, "the firewall to be back");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.site[Symbol.asyncDispose]();
  }
}
