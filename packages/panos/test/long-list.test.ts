import { type Device, type FaultRule, MemoryStorage } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { panos } from "@understudy/panos";
import { describe, expect, test } from "vitest";
import { ApiClient, type ApiReply } from "../src/site/api-client.ts";
import { devicesMessage } from "../src/wire/messages/devices.ts";

const SERIALS = Array.from({ length: 150 }, (_, n) => String(1_000_000_000 + n));
const ALL = "<show><devices><all/></devices></show>";

/** Asks a Panorama with 150 firewalls: its list comes in three pieces. */
async function listed(
  mode: "virtual" | "sockets",
  cmd: string,
  ...faults: Omit<FaultRule, "family" | "device" | "operation">[]
): Promise<ApiReply> {
  await using site = await TestSite.open({
    mode,
    faults: faults.map((fault) => ({ family: "panos", device: "panorama", operation: "request", ...fault })),
  });
  await site.addCloud(panos);
  const devices: Device[] = [];
  for (const serial of SERIALS) devices.push(await site.addDevice(panos, { serial }, { id: `fw-${serial}` }));
  await site.until(() => devices.every((device) => device.state()["connected"] === true), "all to be connected");
  const endpoint = site.cell.cloud("panorama").endpoints["http"];
  if (endpoint === undefined) throw new Error("Panorama has no http endpoint");
  const world = await site.cell.power.operator("client", new MemoryStorage(site.cell.ground.time));
  return await site.during(new ApiClient(world, endpoint, "test-api-key").op(cmd));
}

describe.each(["virtual", "sockets"] as const)("%s:", (mode) => {
  test.each(["all", "connected"])("a long list is whole and in its order: show devices %s", async (which) => {
    const reply = await listed(mode, `<show><devices><${which}/></devices></show>`);
    const devices = devicesMessage.parse(reply.result) ?? [];
    expect(devices.map(({ serial }) => serial)).toEqual(SERIALS);
    expect(devices.every(({ connected }) => connected)).toBe(true);
  });

  test.each([
    ["malformed", "malformed"],
    ["truncated", "closed"],
  ])("a long list breaks as any answer does: %s", async (error, code) => {
    await expect(listed(mode, ALL, { error })).rejects.toMatchObject({ code });
  });
});
