import { type JsonObject, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { peerPhase } from "../src/device/bgp/peer-phase.ts";
import { FirewallSite } from "./a-firewall.ts";

const PEERS: JsonObject = {
  local_as: 64_500,
  peers: [
    { name: "isp-1", remote_as: 64_512, prefixes: 2 },
    { name: "isp-2", remote_as: 64_513, down: true },
  ],
};

const PEER = "<show><routing><protocol><bgp><peer/></bgp></protocol></routing></show>";
const ROUTES = "<show><routing><route/></routing></show>";
const statuses = (text: string): readonly string[] =>
  [...text.matchAll(/<status>(\w+)<\/status>/g)].map(([, status = ""]) => status);

describe("BGP", () => {
  test("peers of the scenario are established from the start, and tell their routes", async () => {
    await using fw = await FirewallSite.start({ bgp: PEERS });
    const peers = await fw.op(PEER);
    expect(statuses(peers)).toEqual(["Established", "Active"]);
    expect(peers).toContain('<entry peer="isp-1" vr="default"><peer-group>EBGP</peer-group>');
    expect(peers).toContain("<incoming-accepted>2</incoming-accepted>");
    const routes = await fw.op(ROUTES);
    expect(routes.match(/<flags>A B <\/flags>/g)).toHaveLength(2);
    expect(await fw.op("<show><routing><protocol><bgp><summary/></bgp></protocol></routing></show>")).toContain(
      "<established-peer-count>1</established-peer-count>",
    );
    const one = await fw.op(PEER.replace("<peer/>", "<peer><peer-name>isp-2</peer-name></peer>"));
    expect(statuses(one)).toEqual(["Active"]);
  });

  test("after a reboot sessions come up one step after the other, with their routes", async () => {
    await using fw = await FirewallSite.start({ bgp: PEERS });
    await fw.restart();
    expect(fw.device.state()["ready"]).toBe(false);
    expect(statuses(await fw.op(PEER))).toEqual(["Idle", "Idle"]);
    expect(await fw.op(ROUTES)).not.toContain("A B ");
    await fw.site.until(() => fw.device.state()["ready"] === true, "AutoCom to end");
    await fw.site.runFor(seconds(1));
    expect(statuses(await fw.op(PEER))).toEqual(["Active", "Active"]);
    await fw.site.runFor(seconds(2));
    expect(statuses(await fw.op(PEER))).toEqual(["Established", "Active"]);
    expect(await fw.op(ROUTES)).toContain("A B ");
  });

  test("peers are those of the running configuration", async () => {
    await using fw = await FirewallSite.start({ bgp: PEERS });
    const at =
      "/config/devices/entry[@name='localhost.localdomain']/network/virtual-router/entry[@name='default']/protocol/bgp/peer-group/entry[@name='EBGP']/peer/entry[@name='isp-1']";
    await fw.call({ type: "config", action: "set", xpath: at, element: "<enable>no</enable>" });
    expect(await fw.op(PEER)).toContain("isp-1");
    await fw.call({ type: "commit", cmd: "<commit/>" });
    await fw.site.runFor(seconds(5));
    expect(await fw.op(PEER)).not.toContain("isp-1");
    expect(await fw.op(ROUTES)).not.toContain("A B ");
  });

  test("the advanced engine tells as JSON, and the other one nothing", async () => {
    await using fw = await FirewallSite.start({ bgp: PEERS, advanced_routing: true });
    expect(await fw.op(PEER)).toMatch(/<result\/?>(<\/result>)?<\/response>/);
    const text = await fw.op("<show><advanced-routing><bgp><peer><status/></peer></bgp></advanced-routing></show>");
    expect(JSON.parse(/<json>(.*)<\/json>/.exec(text)?.[1]?.replaceAll("&quot;", '"') ?? "")).toMatchObject({
      "isp-1": { state: "Established", "remote-as": 64_512, "prefixes-received": 2 },
      "isp-2": { state: "Active" },
    });
    expect(await fw.op("<show><advanced-routing><route/></advanced-routing></show>")).toContain("bgp");
  });

  test("a failure keeps sessions from coming up, and says why", async () => {
    const rule = { family: "panos", operation: "bgp", error: "hold timer expired" };
    await using fw = await FirewallSite.start({ bgp: PEERS }, { faults: [rule] });
    const text = await fw.op(PEER);
    expect(statuses(text)).toEqual(["Active", "Active"]);
    expect(text).toContain("<last-error>hold timer expired</last-error>");
  });
});

test.each([
  [undefined, 10, 5, "Idle"],
  [100, 10, 102, "Idle"],
  [100, 10, 104, "Active"],
  [100, 10, 109.999, "Active"],
  [100, 10, 110, "Established"],
  [100, undefined, 1000, "Active"],
])("routing since %s s, convergence %s s: at %s s %s", (since, convergence, now, status) => {
  const at = (s: number) => seconds(s) as unknown as Parameters<typeof peerPhase>[1]; // seconds since the epoch
  const start = {
    routingSince: since === undefined ? undefined : at(since),
    convergence: convergence === undefined ? undefined : seconds(convergence),
    bootedAt: at(0),
  };
  expect(peerPhase(start, at(now)).status).toBe(status);
});
