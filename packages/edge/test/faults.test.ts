import {
  type Channel,
  type ChannelEnd,
  type FaultRule,
  hours,
  jsonReply,
  minutes,
  seconds,
  tcp,
} from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { AGENT_OPERATIONS } from "../src/device/edge-agent.ts";
import { edge } from "../src/index.ts";
import type { MqttFrame } from "../src/wire/mqtt/frame.ts";
import { mqttProtocol } from "../src/wire/mqtt/protocol.ts";
import { EXCHANGE, REGISTER, REGISTERED, REPORT, STATE, scriptedSite, UUID } from "./scripted-cloud.ts";
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

describe.each(AGENT_OPERATIONS)("%s", (operation) => {
  test.each<readonly [string, Omit<FaultRule, "operation">]>([
    ["fails three times", { times: 3, error: "connection reset" }],
    ["takes a minute longer", { times: 2, delay: minutes(1) }],
  ])("%s: the device ends where it would have", async (_, fault) => {
    await using site = await siteWithCloud({ faults: [{ operation, ...fault }] });
    const device = await site.addDevice(edge);
    await untilReported(site, 1);
    await setTarget(site, { apps: { "1001": SHOP } });
    await untilReported(site, 2);
    await site.runFor(minutes(10));
    expect(device.state()).toMatchObject({ phase: "online", mqtt: true, version: 2, apps: { "1001": RUNNING_SHOP } });
    expect(site.cell.differences(DEVICE)).toEqual([]);
    expect(typesOf(site, DEVICE)).toContain("fault");
  });
});

test("a broker that cannot be reached: everything goes by HTTP", async () => {
  await using site = await siteWithCloud({ faults: [{ operation: "mqtt-connect", error: "refused" }] });
  const device = await site.addDevice(edge);
  await untilReported(site, 1);
  await setTarget(site, { apps: { "1001": SHOP } });
  await untilReported(site, 2);
  expect(device.state()).toMatchObject({ phase: "online", mqtt: false, online: true });
  expect(site.cell.differences(DEVICE)).toEqual([]);
});

test("a broker that never confirms: the report goes by HTTP after five seconds", async () => {
  const { site, cloud } = await scriptedSite();
  await using _ = site;
  await site.cell.ground.network.accept(tcp("broker", 1883), mqttProtocol(), { accept: () => new SilentBroker() });
  const target = jsonReply({ [UUID]: { apps: {}, config: {}, version: 1 } });
  cloud.on(REGISTER, REGISTERED).on(EXCHANGE, 200).on(STATE, target).on(REPORT, 200);
  await site.cell.power.on(DEVICE);
  await site.until(() => cloud.count(REPORT) === 1, "the report");
  const [polled, reported] = [STATE, REPORT].map(
    (line) => cloud.seen.find((request) => request.line === line)?.at ?? 0,
  );
  expect((reported ?? 0) - (polled ?? 0)).toBe(seconds(5));
});

test("a cloud that is down for an hour is waited for ever less often, and then all is as it was", async () => {
  await using site = await siteWithCloud();
  const device = await site.addDevice(edge);
  await untilReported(site, 1);
  await site.cell.power.stop(CLOUD);
  await untilIn(site, device, "offline");
  await site.runFor(hours(1));
  await site.cell.power.on(CLOUD);
  await site.until(
    () => device.state().phase === "online" && device.state()["mqtt"] === true,
    "the device to be back",
    minutes(20),
  );
  await site.runFor(minutes(20));
  expect(site.cell.differences(DEVICE)).toEqual([]);
  expect(foldOf(site, DEVICE)).toEqual(device.state());
});

test.each([1, 2, 3, 4, 5])(
  "a small fleet in bad weather agrees with its cloud when the weather is over, seed %i",
  async (seed) => {
    const faults = AGENT_OPERATIONS.map((operation) => ({ operation, rate: 0.3, times: 8, error: "bad weather" }));
    await using site = await siteWithCloud({ seed, faults });
    const ids = ["edge-0", "edge-1", "edge-2", "edge-3"];
    for (const id of ids) await site.addDevice(edge, {}, { id });
    const chance = site.cell.ground.random.stream("weather");
    for (let round = 0; round < 6; round++) {
      await site.runFor(seconds(chance.integer(1, 200)));
      const victim = chance.pick([...ids, CLOUD]);
      await site.cell.power.cut(victim);
      await site.runFor(seconds(chance.integer(1, 100)));
      await site.cell.power.on(victim);
      if (round === 3) await setTarget(site, { apps: { "1001": SHOP } }, ids).catch(() => undefined); // Some may not be in yet.
    }
    await site.runFor(hours(2));
    for (const id of ids) {
      expect([id, site.cell.stateOf(id).phase, site.cell.differences(id)]).toEqual([id, "online", []]);
      expect(foldOf(site, id)).toEqual(site.cell.stateOf(id));
    }
  },
);

/** Lets everybody in, and then says nothing more. */
class SilentBroker implements ChannelEnd<MqttFrame> {
  async frame(channel: Channel<MqttFrame>, frame: MqttFrame): Promise<void> {
    if (frame.cmd === "connect") await channel.send({ cmd: "connack", returnCode: 0, sessionPresent: false });
  }

  closed(): void {
    // It does not care.
  }
}
