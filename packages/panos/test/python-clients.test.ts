import { type JsonObject, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { FirewallSite } from "./a-firewall.ts";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

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

describe("rules in force", () => {
  const LOCAL = "/config/devices/entry[@name='localhost.localdomain']";
  const asked = (base: string, rules: string) =>
    `<show><rule-hit-count><device-group><entry name='branch'><${base}><entry name='security'><rules>${rules}</rules></entry></${base}></entry></device-group></rule-hit-count></show>`;
  const rule = (name: string) => `<entry name='${name}'><action>deny</action></entry>`;

  test("are those pushed before a firewall's own, its own, and those pushed after them", async () => {
    await using fw = await FirewallSite.start();
    const tell = (parameters: Record<string, string>) => fw.site.during(fw.panorama.call(parameters));
    for (const [base, name] of [
      ["pre-rulebase", "first"],
      ["post-rulebase", "last"],
    ] as const) {
      const xpath = `${LOCAL}/device-group/entry[@name='branch']/${base}/security/rules`;
      await tell({ type: "config", action: "set", xpath, element: rule(name) });
    }
    await tell({ type: "commit", cmd: "<commit/>" });
    await fw.site.runFor(seconds(10));
    await tell({
      type: "commit",
      action: "all",
      cmd: "<commit-all><shared-policy><device-group><entry name='branch'/></device-group></shared-policy></commit-all>",
    });
    await fw.site.runFor(seconds(20));

    const counters = await fw.op(
      "<show><rule-hit-count><vsys><vsys-name><entry name='vsys1'><rule-base><entry name='security'><rules><all/></rules></entry></rule-base></entry></vsys-name></vsys></rule-hit-count></show>",
    );
    expect(counters.match(/<entry name="(first|allow-all|last)">/g)).toHaveLength(3);
    expect(counters).toMatch(/"first".*"allow-all".*"last"/s);
    expect(await fw.op("<test><security-policy-match><from>trust</from></security-policy-match></test>")).toContain(
      '<entry name="first"><index>1</index><action>deny</action>',
    );
    expect(await fw.op("<show><running><security-policy/></running></show>")).toMatch(
      /first; index: 1.*last; index: 3/s,
    );

    expect(await fw.tellPanorama(asked("post-rulebase", "<all/>"))).toMatch(/<rules><entry name="last"><latest>yes/);
    expect(await fw.tellPanorama(asked("pre-rulebase", "<rule-name><entry name='first'/></rule-name>"))).toMatch(
      /<entry name="first"><device-vsys><entry name="branch\/001234567890\/vsys1"><latest>yes<\/latest><hit-count>0/,
    );
  });
});

test("a member that nobody has configured brings its peer back in step", async () => {
  await using pair = await PairSite.start();
  await pair.settled();
  const panorama = await pair.client();
  const tell = (serial: string, parameters: Record<string, string>) =>
    pair.site.during(panorama.for(serial).call(parameters));
  const state = async () =>
    (await tell(PRIMARY, { type: "op", cmd: "<show><high-availability><state/></high-availability></show>" })).xml;
  const xpath = "/config/shared/address";
  await tell(SECONDARY, { type: "config", action: "set", xpath, element: "<entry name='a'><fqdn>x.y</fqdn></entry>" });
  await tell(SECONDARY, { type: "commit", cmd: "<commit/>" });
  await pair.site.runFor(seconds(10));
  expect(await state()).toContain("<running-sync>not synchronized</running-sync>");
  const sync =
    "<request><high-availability><sync-to-remote><running-config/></sync-to-remote></high-availability></request>";
  expect((await tell(PRIMARY, { type: "op", cmd: sync })).xml).toContain(
    "HA synchronization job has been queued on peer.",
  );
  await pair.site.runFor(seconds(10));
  expect(await state()).toContain("<running-sync>synchronized</running-sync>");
});
