import { type Device, type FaultRule, MemoryStorage } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { panos } from "@understudy/panos";
import { describe, expect, test } from "vitest";
import { ApiClient, type ApiReply } from "../src/site/api-client.ts";
import { devicesMessage } from "../src/wire/messages/devices.ts";

const serials = (count: number) => Array.from({ length: count }, (_, n) => String(1_000_000_000 + n));
const ALL = "<show><devices><all/></devices></show>";

/** Three pieces, held and sent with their length; and more than are held. */
const COUNTS = [150, 1_100];

/** Asks a Panorama with many firewalls. */
async function listed(
  mode: "virtual" | "sockets",
  count: number,
  cmd: string,
  ...faults: Omit<FaultRule, "family" | "device" | "operation">[]
): Promise<ApiReply> {
  await using site = await TestSite.open({
    mode,
    faults: faults.map((fault) => ({ family: "panos", device: "panorama", operation: "request", ...fault })),
  });
  await site.addCloud(panos);
  const devices: Device[] = [];
  for (const serial of serials(count)) devices.push(await site.addDevice(panos, { serial }, { id: `fw-${serial}` }));
  await site.until(() => devices.every((device) => device.state()["connected"] === true), "all to be connected");
  const endpoint = site.cell.cloud("panorama").endpoints["http"];
  if (endpoint === undefined) throw new Error("Panorama has no http endpoint");
  const world = await site.cell.power.operator("client", new MemoryStorage(site.cell.ground.time));
  return await site.during(new ApiClient(world, endpoint, "test-api-key").op(cmd));
}

describe.each(["virtual", "sockets"] as const)("%s:", (mode) => {
  const cases = COUNTS.flatMap((count) => ["all", "connected"].map((which) => [count, which] as const));
  test.each(cases)("a list of %i is whole and in its order: show devices %s", async (count, which) => {
    const reply = await listed(mode, count, `<show><devices><${which}/></devices></show>`);
    const devices = devicesMessage.parse(reply.result) ?? [];
    expect(devices.map(({ serial }) => serial)).toEqual(serials(count));
    expect(devices.every(({ connected }) => connected)).toBe(true);
  });

  const breaks = COUNTS.flatMap((count) => [
    [count, "malformed", "malformed"] as const,
    [count, "truncated", "closed"] as const,
  ]);
  test.each(breaks)("a list of %i breaks as any answer does: %s", async (count, error, code) => {
    await expect(listed(mode, count, ALL, { error })).rejects.toMatchObject({ code });
  });
});
