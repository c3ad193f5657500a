import { minutes, seconds } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { describe, expect, test } from "vitest";
import { edge } from "../src/index.ts";
import {
  CLOUD,
  DEVICE,
  foldOf,
  RUNNING_SHOP,
  SHOP,
  setTarget,
  siteWithCloud,
  typesOf,
  untilIn,
  untilReported,
} from "./site.ts";

describe.each(["virtual", "sockets"] as const)("%s", (mode) => {
  test("a whole life: provisioned in two phases, connected, updated; cloud and device agree", async () => {
    await using site = await siteWithCloud({ mode });
    const device = await site.addDevice(edge);
    await untilReported(site, 1);
    const phases = ["boot", "registering", "registered", "exchanging", "provisioned"];
    expect(typesOf(site, DEVICE).slice(0, phases.length)).toEqual(phases);
    await setTarget(site, { apps: { "1001": SHOP } });
    await untilReported(site, 2);
    expect(device.state()).toMatchObject({ phase: "online", provisioned: true, online: true, mqtt: true, version: 2 });
    expect(device.state()["apps"]).toEqual({ "1001": RUNNING_SHOP });
    expect(Object.keys(site.cell.beliefOf(DEVICE) ?? {}).sort()).toEqual([
      "apps",
      "online",
      "provisioned",
      "uuid",
      "version",
    ]);
    expect(site.cell.differences(DEVICE)).toEqual([]);
    expect(foldOf(site, DEVICE)).toEqual(device.state());
    expect(foldOf(site, CLOUD)[DEVICE]).toEqual(site.cell.beliefOf(DEVICE));
  });

  test("a device that loses its power is believed offline at once, and online again when it is back", async () => {
    await using site = await siteWithCloud({ mode });
    const device = await site.addDevice(edge);
    await untilReported(site, 1);
    await site.cell.power.cut(DEVICE);
    await site.until(() => site.cell.beliefOf(DEVICE)?.["online"] === false, "the will", seconds(5));
    await site.cell.power.on(DEVICE);
    await site.until(() => site.cell.beliefOf(DEVICE)?.["online"] === true, "the device to be back");
    await untilIn(site, device, "online");
    expect(typesOf(site, DEVICE).filter((type) => type === "registered")).toHaveLength(1);
    expect(site.cell.differences(DEVICE)).toEqual([]);
  });

  test("messages published to a device arrive", async () => {
    await using site = await siteWithCloud({ mode });
    await site.addDevice(edge);
    await untilReported(site, 1);
    const message = { topic: "agent/update", payload: { action: "update", version: "1.2.3" } };
    await site.during(site.cell.act(edge, CLOUD, "publish", message, [DEVICE]));
    const arrived = () =>
      site.events.ofSource(DEVICE).some(({ type, about }) => type === "message" && about?.["topic"] === "agent/update");
    await site.until(arrived, "the message", seconds(30));
  });
});

test("the same seed gives the same events; another seed gives others", async () => {
  const run = async (seed: number): Promise<string> => {
    await using site = await siteWithCloud({ seed });
    for (let device = 0; device < 5; device++) await site.addDevice(edge);
    await site.runFor(minutes(3));
    await setTarget(site, { apps: { "1001": SHOP } }, ["edge-0", "edge-3"]);
    await site.runFor(minutes(10));
    return site.events.lines();
  };
  expect(await run(1)).toBe(await run(1));
  expect(await run(1)).not.toBe(await run(2));
});

test("one more device changes no other device's fate", async () => {
  const lives = async (count: number): Promise<string> => {
    await using site = await siteWithCloud();
    for (let device = 0; device < count; device++) await site.addDevice(edge);
    await site.runFor(minutes(10));
    return JSON.stringify(site.events.ofSource("edge-1").map(({ t, type, change }) => [t, type, change]));
  };
  expect(await lives(3)).toBe(await lives(2));
});

test("a snapshot in the middle of an update, loaded twice, goes on twice the same, and to the end", async () => {
  await using site = await siteWithCloud();
  const device = await site.addDevice(edge);
  await untilReported(site, 1);
  await setTarget(site, { apps: { "1001": SHOP } });
  await untilIn(site, device, "applying");
  const frozen = await site.virtual.freeze();
  const goOn = async (): Promise<string> => {
    await using thawed = await TestSite.thaw(frozen);
    await thawed.runFor(minutes(5));
    expect(thawed.cell.beliefOf(DEVICE)).toMatchObject({ version: 2, apps: { "1001": RUNNING_SHOP }, online: true });
    expect(thawed.cell.differences(DEVICE)).toEqual([]);
    return thawed.events.lines();
  };
  expect(await goOn()).toBe(await goOn());
  await untilReported(site, 2);
});

test("an idle device pings its broker, and neither of them loses the other", async () => {
  await using site = await siteWithCloud({}, { keepAliveS: 20, defaultConfig: {} });
  await site.addDevice(edge, { metricsIntervalMs: 3_600_000, pollIntervalMs: 3_600_000 });
  await untilReported(site, 1);
  const before = site.events.events.length;
  await site.runFor(minutes(50));
  expect(site.events.events.slice(before)).toEqual([]);
});
