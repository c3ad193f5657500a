import { seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { FirewallSite } from "./a-firewall.ts";

const DEVICE = "/config/devices/entry[@name='localhost.localdomain']";
const show = (name: string): string => `<show><interface>${name}</interface></show>`;

/** Sets elements below the device and commits. */
async function configure(fw: FirewallSite, parts: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, element] of Object.entries(parts))
    await fw.call({ type: "config", action: "set", xpath: `${DEVICE}/${path}`, element });
  await fw.call({ type: "commit", cmd: "<commit/>" });
  await fw.site.runFor(seconds(4));
}

describe("interfaces", () => {
  test("of every kind are shown as they are configured", async () => {
    await using fw = await FirewallSite.start();
    await configure(fw, {
      "network/interface/ethernet/entry[@name='ethernet1/1']/layer3/units/entry[@name='ethernet1/1.100']":
        "<tag>100</tag><mtu>1400</mtu><ip><entry name='10.9.0.1/24'/><entry name='10.9.1.1/24'/></ip>",
      "network/interface/loopback/units/entry[@name='loopback.1']": "<ip><entry name='10.8.0.1/32'/></ip>",
      "network/interface/ethernet/entry[@name='ethernet1/2']": "<link-state>down</link-state>",
      "network/virtual-router/entry[@name='default']/interface": "<member>loopback.1</member>",
      "vsys/entry[@name='vsys1']/zone/entry[@name='dmz']/network/layer3": "<member>ethernet1/1.100</member>",
    });
    const unit = await fw.op(show("ethernet1/1.100"));
    expect(unit).toContain("<mtu>1400</mtu><zone>dmz</zone>");
    expect(unit).toContain("<addr><member>10.9.0.1/24</member><member>10.9.1.1/24</member></addr>");
    expect(unit).not.toContain("<hw>");
    expect(await fw.op(show("ethernet1/2"))).toContain("<state>down</state>");
    const hardware = await fw.op(show("hardware"));
    expect(hardware.match(/<entry>/g)).toHaveLength(4);
    const all = await fw.op(show("all"));
    expect(all).toMatch(/<name>loopback\.1<\/name><zone\/><fwd>vr:default<\/fwd>/);
    expect(all).toMatch(/<name>ethernet1\/1\.100<\/name><zone>dmz<\/zone><fwd>N\/A<\/fwd>.*?<tag>100<\/tag>/);
    const inner = "<show><system><state><filter>sw.dev.interface.config</filter></state></system></show>";
    expect(await fw.op(inner)).toMatch(/'ethernet1\/1\.100': \{ 'hwaddr': [\da-f:]+, 'mtu': 1400, \}/);
  });

  test("are larger with jumbo frames", async () => {
    await using fw = await FirewallSite.start();
    await fw.op("<set><system><setting><jumbo-frame>on</jumbo-frame></setting></system></set>");
    await configure(fw, { "vsys/entry[@name='vsys1']/tag/entry[@name='t']": "<color>color1</color>" });
    expect(await fw.op(show("ethernet1/1"))).toContain("<mtu>9192</mtu>");
  });
});

test("tunnels carry traffic only while the firewall routes, and know their gateways", async () => {
  await using fw = await FirewallSite.start();
  const flow = async (): Promise<string> =>
    fw.op("<show><running><tunnel><flow><all/></flow></tunnel></running></show>");
  await configure(fw, {
    "network/ike/gateway/entry[@name='far']":
      "<peer-address><ip>198.51.100.7</ip></peer-address><local-address><interface>ethernet1/3</interface><ip>192.168.3.254/24</ip></local-address>",
    "network/tunnel/ipsec/entry[@name='to-far']":
      "<auto-key><ike-gateway><entry name='far'/></ike-gateway></auto-key><tunnel-interface>tunnel.9</tunnel-interface>",
    "network/tunnel/ipsec/entry[@name='off']": "<disabled>yes</disabled>",
  });
  const text = await flow();
  expect(text).toContain("<num_ipsec>2</num_ipsec>");
  expect(text).toMatch(
    /<name>to-far<\/name>.*<inner-if>tunnel\.9<\/inner-if><outer-if>ethernet1\/3<\/outer-if><localip>192\.168\.3\.254<\/localip><peerip>198\.51\.100\.7<\/peerip><state>active<\/state>/,
  );
  expect(text).toMatch(/<name>off<\/name>.*<state>inactive<\/state>/);
  await fw.restart();
  expect(await flow()).toMatch(/<name>to-far<\/name>.*?<state>init<\/state>/);
  await configure(fw, { "network/interface/ethernet/entry[@name='ethernet1/3']": "<link-state>down</link-state>" });
  expect(await flow()).toMatch(/<name>to-far<\/name>.*?<state>inactive<\/state>/);
});

describe("external lists", () => {
  const request = (order: string): string =>
    `<request><system><external-list>${order}</external-list></system></request>`;
  const named = (word: string, name: string, more = ""): string =>
    request(`<${word}><type><ip><name>${name}</name></ip></type>${more}</${word}>`);

  test("are those of the configuration, shown page by page", async () => {
    await using fw = await FirewallSite.start();
    expect(await fw.op(named("show", "bad-ones"))).toContain("External list bad-ones does not exist");
    await configure(fw, {
      "vsys/entry[@name='vsys1']/external-list/entry[@name='bad-ones']":
        "<type><ip><url>https://lists.example/a</url></ip></type>",
    });
    const whole = await fw.op(named("show", "bad-ones", "<num-records>1000</num-records>"));
    const total = Number(/total-count="(\d+)"/.exec(whole)?.[1]);
    const members = [...whole.matchAll(/<member>([\d.]+)<\/member>/g)].map(([, member]) => member);
    expect(members).toHaveLength(total);
    expect(new Set(members).size).toBe(total);
    const page = await fw.op(named("show", "bad-ones", "<anchor>1</anchor><num-records>1</num-records>"));
    expect([...page.matchAll(/<member>([\d.]+)<\/member>/g)].map(([, member]) => member)).toEqual(members.slice(1, 2));
    expect(await fw.op(request("<list-capacities/>"))).toContain(`<ip><running-cap>${total}</running-cap>`);
  });

  test("are refreshed by a job, which may fail", async () => {
    const faults = [{ family: "panos", operation: "check", nth: 2, error: "connection refused" }];
    await using fw = await FirewallSite.start({}, { faults });
    await configure(fw, {
      "vsys/entry[@name='vsys1']/external-list/entry[@name='l']":
        "<type><ip><url>https://lists.example/a</url></ip></type>",
    });
    const newest = async (): Promise<string> => {
      await fw.op(named("refresh", "l"));
      await fw.site.runFor(seconds(4));
      return /<job>.*?<\/job>/s.exec(await fw.op("<show><jobs><all/></jobs></show>"))?.[0] ?? "";
    };
    expect(await newest()).toMatch(/<type>EDLRefresh<\/type>.*<result>OK<\/result>/);
    expect(await newest()).toMatch(/<result>FAIL<\/result>.*Unable to fetch external list l\. connection refused/s);
    expect(await fw.op(named("stats", "l"))).toContain("<source>https://lists.example/a</source>");
  });
});

test("the user-id service is up where users are wanted, and knows its agents", async () => {
  await using fw = await FirewallSite.start();
  const status = (): Promise<string> => fw.op("<show><user><user-id-service><status/></user-id-service></user></show>");
  const agents = (): Promise<string> =>
    fw.op("<show><redistribution><service><agent><all/></agent></service></redistribution></show>");
  expect(await status()).toMatch(/User id service:\s+down\n/);
  expect(await agents()).toContain("<result><entry/></result>");
  await configure(fw, {
    "vsys/entry[@name='vsys1']/redistribution-agent/entry[@name='a1']": "<host-port><host>10.0.0.9</host></host-port>",
  });
  expect(await status()).toMatch(/User id service:\s+up\n/);
  expect(await agents()).toMatch(
    /<entry name="a1"><host>10\.0\.0\.9<\/host><port>5007<\/port>.*<state>connected<\/state>/,
  );
});

test("what was loaded needs a full commit", async () => {
  await using fw = await FirewallSite.start();
  const check = (): Promise<string> => fw.op("<check><full-commit-required/></check>");
  await fw.op("<save><config><to>a.xml</to></config></save>");
  expect(await check()).toContain("<result>no</result>");
  await fw.op("<load><config><from>a.xml</from></config></load>");
  expect(await check()).toContain("<result>yes</result>");
  await fw.op("<revert><config/></revert>");
  expect(await check()).toContain("<result>no</result>");
});

test("lists of releases and updates tell when the server was asked last", async () => {
  await using fw = await FirewallSite.start();
  const list = async (area: string, word: string): Promise<string> =>
    /last-updated-at="([^"]+)"/.exec(await fw.op(`<request>${area.replace("*", `<${word}/>`)}</request>`))?.[1] ?? "";
  for (const area of ["<system><software>*</software></system>", "<content><upgrade>*</upgrade></content>"]) {
    const before = await list(area, "info");
    await fw.site.runFor(seconds(60));
    expect(await list(area, "info")).toBe(before);
    const checked = await list(area, "check");
    expect(checked > before).toBe(true);
    await fw.site.runFor(seconds(60));
    expect(await list(area, "info")).toBe(checked);
  }
});

test("all administrators are told, the one who asks with its session", async () => {
  const cloud = {
    users: [
      { username: "ann", password: "a" },
      { username: "ben", password: "b" },
    ],
  };
  await using fw = await FirewallSite.start({}, { cloud });
  const all = await fw.op("<show><admins><all/></admins></show>");
  expect(all).toMatch(/<entry><admin>ann<\/admin><self\/>.*<entry><admin>ben<\/admin><from\/>/);
  expect(await fw.op("<show><admins/></show>")).not.toContain("ben");
});
