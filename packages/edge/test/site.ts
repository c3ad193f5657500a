import { type Device, foldEvent, type JsonObject, minutes } from "@understudy/kernel";
import { type SiteOptions, TestSite } from "@understudy/kernel/testing";
import { edge } from "../src/index.ts";

export const CLOUD = "edge-cloud";
export const DEVICE = "edge-0";

/** An app as a cloud's user writes it. */
export const SHOP = {
  appId: 1001,
  appName: "shop",
  services: [{ serviceId: 1, serviceName: "web", imageName: "nginx:1.27" }],
} as const satisfies JsonObject;

/** The same app as a simulated device reports it. */
export const RUNNING_SHOP: JsonObject = {
  appId: 1001,
  appName: "shop",
  services: [{ serviceId: 1, serviceName: "web", imageName: "nginx:1.27", status: "running" }],
};

/** A site with an edge cloud and nothing else. */
export async function siteWithCloud(options: SiteOptions = {}, cloud: JsonObject = {}): Promise<TestSite> {
  const site = await TestSite.open({ seed: 7, scale: 60, ...options });
  await site.addCloud(edge, cloud);
  return site;
}

/** Lets time pass until the device is in a phase. */
export const untilIn = (site: TestSite, device: Device, phase: string): Promise<void> =>
  site.until(() => device.state().phase === phase, `phase ${phase}`, minutes(60));

/** Lets time pass until the cloud believes that a version is applied. */
export const untilReported = (site: TestSite, version: number, id = DEVICE): Promise<void> =>
  site.until(() => site.cell.beliefOf(id)?.["version"] === version, `a report of version ${version}`, minutes(60));

/** Sets and deploys a target as an operator does. */
export const setTarget = (site: TestSite, args: JsonObject, ids: readonly string[] = [DEVICE]): Promise<JsonObject> =>
  site.during(site.cell.act(edge, CLOUD, "target", args, ids));

/** What a stand-in's events say of its state. */
export const foldOf = (site: TestSite, source: string): JsonObject =>
  site.events.ofSource(source).reduce<JsonObject>((state, event) => foldEvent(state, event), {});

export const typesOf = (site: TestSite, source: string): readonly string[] =>
  site.events.ofSource(source).map(({ type }) => type);
