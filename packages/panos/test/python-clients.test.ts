import { type JsonObject, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { FirewallSite } from "./a-firewall.ts";

/** What Python tools do with a reply decides more than its schema: an empty element becomes `None`, and `None` has no entries. */
describe("replies that Python tools take apart", () => {
  test.each<JsonObject>([
    { version: "11.1.0", advanced_routing: true },
    { version: "11.1.0", metrics: { route_count: 0 } },
  ])("a routing table without routes has its legend: %j", async (options) => {
    await using fw = await FirewallSite.start(options);
    const text = await fw.op("<show><routing><route/></routing></show>");
    expect(text).toMatch(/<result><flags>flags: A:active, [^<]*<\/flags>/);
  });
});

test("a device group can be moved, and is seen where it went, before anybody commits", async () => {
  await using fw = await FirewallSite.start();
  const groups = "/config/devices/entry[@name='localhost.localdomain']/device-group";
  const created = fw.panorama.call({ type: "config", action: "set", xpath: groups, element: "<entry name='child'/>" });
  expect(await fw.site.during(created)).toMatchObject({ ok: true });
  const move =
    "<request><move-dg><entry name='child'><new-parent-dg>branch</new-parent-dg></entry></move-dg></request>";
  expect(await fw.tellPanorama(move)).toContain("<job>");
  expect(await fw.tellPanorama("<show><dg-hierarchy/></show>")).toContain(
    '<dg name="branch" dg_id="11"><dg name="child" dg_id="12"/></dg>',
  );
});

describe("what a node knows without being told", () => {
  const read = (fw: FirewallSite, action: "get" | "show", xpath: string) => fw.call({ type: "config", action, xpath });

  test("is read below /config/predefined, and is no part of the configuration", async () => {
    await using fw = await FirewallSite.start();
    const dns = await read(fw, "get", "/config/predefined/application/entry[@name='dns']");
    expect(dns).toMatch(/<result total-count="1" count="1"><entry name="dns"><category>networking<\/category>/);
    expect(await read(fw, "get", "/config/predefined/application/entry[@name='facebook']")).toContain("<functions>");
    expect(await read(fw, "show", "/config/predefined/service/entry/@name")).toContain('<entry name="service-https"/>');
    expect(await read(fw, "get", "/config/predefined/tag/entry[@name='nobody']")).toContain('code="7"');
    expect(await read(fw, "get", "/config")).not.toContain("<predefined>");
    expect(await fw.op("<show><config><running/></config></show>")).not.toContain("<predefined>");
  });
});

test("the release a firewall came with stays on offer after an upgrade", async () => {
  await using fw = await FirewallSite.start({ version: "11.0.0", available_versions: ["11.1.0"] });
  const order = async (words: string, version: string) => {
    await fw.op(
      `<request><system><software><${words}><version>${version}</version></${words}></software></system></request>`,
    );
    const pending = "<show><jobs><pending/></jobs></show>";
    while ((await fw.op(pending)).includes("<job>")) await fw.site.runFor(seconds(5));
  };
  const list = () => fw.op("<request><system><software><info/></software></system></request>");
  await order("download", "11.1.0");
  await order("install", "11.1.0");
  await fw.restart();
  expect(await list()).toMatch(/<version>11\.1\.0<\/version>.*<version>11\.0\.0<\/version>/s);
  await order("download", "11.0.0");
  expect(await list()).toMatch(/<version>11\.0\.0<\/version>.*<downloaded>yes<\/downloaded><current>no<\/current>/s);
});

test("a commit that leaves policies out commits the rest, and they stay pending", async () => {
  await using fw = await FirewallSite.start();
  const vsys = "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']";
  const set = (xpath: string, element: string) => fw.call({ type: "config", action: "set", xpath, element });
  const shown = (xpath: string) => fw.call({ type: "config", action: "show", xpath });
  await set(`${vsys}/address`, "<entry name='a'><fqdn>x.y</fqdn></entry>");
  await set("/config/shared/address", "<entry name='s'><fqdn>x.y</fqdn></entry>");
  await fw.call({ type: "commit", cmd: "<commit><partial><policy-and-objects /></partial></commit>" });
  await fw.site.runFor(seconds(10));
  expect(await shown("/config/shared/address/entry[@name='s']")).toContain("<fqdn>x.y</fqdn>");
  expect(await shown(`${vsys}/address/entry[@name='a']`)).toContain("No such node");
  expect(await fw.op("<check><pending-changes/></check>")).toContain("<result>yes</result>");
  expect(await fw.call({ type: "commit", cmd: "<commit><partial><policy-and-objects/></partial></commit>" })).toContain(
    "There are no changes to commit.",
  );
});
