import { minutes, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { FirewallSite } from "./a-firewall.ts";

const VSYS = "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']";
const member = (...names: readonly string[]): string => names.map((name) => `<member>${name}</member>`).join("");
const OBJECTS = `<address><entry name='net'><ip-netmask>10.1.0.0/16</ip-netmask></entry><entry name='some'><ip-range>10.9.0.1-10.9.0.9</ip-range></entry></address>
<address-group><entry name='both'><static>${member("net", "some")}</static></entry><entry name='tagged'><dynamic><filter>'bad'</filter></dynamic></entry></address-group>
<service><entry name='alt'><protocol><tcp><port>8000-8100,9000</port></tcp></protocol></entry></service>
<rulebase><security><rules>
<entry name='from-tagged'><source>${member("tagged")}</source><action>drop</action></entry>
<entry name='to-both'><source>${member("any")}</source><destination>${member("both")}</destination><service>${member("alt")}</service><action>deny</action></entry>
<entry name='not-net'><source>${member("net")}</source><negate-source>yes</negate-source><destination>${member("192.0.2.0/24")}</destination><action>allow</action></entry>
<entry name='off'><disabled>yes</disabled></entry>
</rules></security></rulebase>`;

/** A firewall with rules before the one that allows everything. */
async function withRules(): Promise<FirewallSite> {
  const fw = await FirewallSite.start();
  await fw.call({ type: "config", action: "set", xpath: VSYS, element: OBJECTS });
  const rules = `${VSYS}/rulebase/security/rules`;
  await fw.call({ type: "config", action: "move", xpath: `${rules}/entry[@name='allow-all']`, where: "bottom" });
  await fw.call({ type: "commit", cmd: "<commit/>" });
  await fw.site.runFor(seconds(4));
  return fw;
}

const matching = async (fw: FirewallSite, flow: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const inner = Object.entries(flow).map(([name, value]) => `<${name}>${value}</${name}>`);
  const text = await fw.op(`<test><security-policy-match>${inner.join("")}</security-policy-match></test>`);
  return [...text.matchAll(/<entry name="([^"]+)">/g)].map(([, name = ""]) => name);
};

describe("the rule that decides", () => {
  test.each([
    [{ source: "172.16.0.1", destination: "10.1.2.3", protocol: "6", "destination-port": "8050" }, "to-both"],
    [{ source: "172.16.0.1", destination: "10.9.0.9", protocol: "6", "destination-port": "9000" }, "to-both"],
    [{ source: "172.16.0.1", destination: "10.9.0.10", protocol: "6", "destination-port": "9000" }, "allow-all"],
    [{ source: "172.16.0.1", destination: "10.1.2.3", protocol: "6", "destination-port": "443" }, "allow-all"],
    [{ source: "172.16.0.1", destination: "10.1.2.3", protocol: "17", "destination-port": "9000" }, "allow-all"],
    [{ source: "172.16.0.1", destination: "192.0.2.7" }, "not-net"],
    [{ source: "10.1.0.1", destination: "192.0.2.7" }, "allow-all"],
  ])("for %j is %s", async (flow, rule) => {
    await using fw = await withRules();
    expect(await matching(fw, flow)).toEqual([rule]);
  });

  test("follows tags, and all that fit are told when they are wanted", async () => {
    await using fw = await withRules();
    const flow = { source: "10.7.0.1", destination: "198.51.100.1" };
    expect(await matching(fw, flow)).toEqual(["allow-all"]);
    const register = "<register><entry ip='10.7.0.1'><tag><member>bad</member></tag></entry></register>";
    const cmd = `<uid-message><version>2.0</version><type>update</type><payload>${register}</payload></uid-message>`;
    await fw.call({ type: "user-id", cmd });
    expect(await matching(fw, flow)).toEqual(["from-tagged"]);
    expect(await matching(fw, { ...flow, "show-all": "yes" })).toEqual(["from-tagged", "allow-all"]);
  });
});

test("the rule that takes the usual traffic is hit, more and more; after a commit it counts anew", async () => {
  await using fw = await FirewallSite.start();
  const hits = async (): Promise<ReadonlyMap<string, number>> => {
    const all = `<entry name="vsys1"><rule-base><entry name="security"><rules><all/></rules></entry></rule-base></entry>`;
    const text = await fw.op(
      `<show><rule-hit-count><vsys><vsys-name>${all}</vsys-name></vsys></rule-hit-count></show>`,
    );
    const found = text.matchAll(/<entry name="([^"]+)"><latest>yes<\/latest><hit-count>(\d+)</g);
    return new Map([...found].map(([, name = "", count]) => [name, Number(count)]));
  };
  const before = (await hits()).get("allow-all") ?? 0;
  await fw.site.runFor(minutes(10));
  const after = (await hits()).get("allow-all") ?? 0;
  expect(after - before).toBeGreaterThan(450 * 600 * 0.99);
  expect(after - before).toBeLessThan(450 * 600 * 1.01);
  const xpath = `${VSYS}/rulebase/security/rules`;
  await fw.call({ type: "config", action: "set", xpath, element: "<entry name='first'><action>deny</action></entry>" });
  await fw.call({ type: "config", action: "move", xpath: `${xpath}/entry[@name='first']`, where: "top" });
  await fw.call({ type: "commit", cmd: "<commit/>" });
  await fw.site.runFor(minutes(1));
  const last = await hits();
  expect(last.get("allow-all")).toBe(0);
  expect(last.get("first")).toBeGreaterThan(10_000);
  expect(last.get("first")).toBeLessThan(30_000);
});
