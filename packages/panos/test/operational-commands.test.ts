import { seconds } from "@understudy/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiClient, ApiReply } from "../src/site/api-client.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

let pair: PairSite;
let panorama: ApiClient;
let firewall: ApiClient;

beforeAll(async () => {
  pair = await PairSite.start({ seed: 5 }, { metric_variation: false });
  await pair.settled();
  panorama = await pair.client();
  firewall = panorama.for(PRIMARY);
});
afterAll(() => pair[Symbol.asyncDispose]());

/** `show system info` as nested elements; `word=text` gives the last word a text, `word{…}` raw content. */
function command(words: string): string {
  const [first = "", ...rest] = words.match(/[^\s={]+(?:=[^\s]+|\{.*\})?/g) ?? [];
  const [, name = "", text = "", raw = ""] = /^([^={]+)(?:=(.*)|\{(.*)\})?$/.exec(first) ?? [];
  const inner = rest.length === 0 ? text + raw : command(rest.join(" "));
  return `<${name}>${inner}</${name}>`;
}

const ask = (client: ApiClient, words: string): Promise<ApiReply> => pair.site.during(client.op(command(words)));

test("the helper nests words", () => {
  expect(command("show jobs id=5")).toBe("<show><jobs><id>5</id></jobs></show>");
  expect(command("request a{<b>1</b>}")).toBe("<request><a><b>1</b></a></request>");
});

describe.each([
  ["show system info", /<sw-version>10\.5\.1<\/sw-version>.*<multi-vsys>off<\/multi-vsys>/s],
  ["show clock", /\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}\n/],
  ["show clock more", /<member>dataplane time: .*\n<\/member>/],
  ["show chassis-ready", /<result><!\[CDATA\[yes\]\]><\/result>/],
  ["show high-availability state", /<enabled>yes<\/enabled><group>/],
  ["show high-availability all", /<local-info>/],
  ["show session info", /<num-active>65000<\/num-active>/],
  ["show session all", /<entry><dst>203\.0\.113\.1<\/dst>.*<proxy>False<\/proxy>/s],
  ["show session all{<filter><application>dns</application></filter>}", /<application>dns<\/application>/],
  ["show session meter", /<vsys>1<\/vsys>/],
  ["show routing route", /<destination>10\.0\.0\.0\/24<\/destination><nexthop>192\.168\.1\.1<\/nexthop>/],
  ["show routing fib", /<fibs><entry>.*<\/entry><entry>/s],
  ["show routing protocol bgp peer", /<result\/?>/],
  ["show routing protocol bgp summary", /<result\/?>/],
  ["show advanced-routing route", /<json>{}<\/json>/],
  ["show advanced-routing fib", /<fibs\/>/],
  ["show arp=all", /<entries><entry><status> {2}c {2}<\/status><ip>10\.1\.0\.0<\/ip>/],
  ['show arp{<entry name="all"/>}', /<total>800<\/total>/],
  ["show system disk-space", /\/opt\/panrepo/],
  ["show system resources", /load average: [\d.]+, [\d.]+, [\d.]+/],
  ["show system environmentals", /<alarm>False<\/alarm>/],
  ["show system state filter=sw.dev.interface.config", /'ethernet1\/1': \{/],
  ["show system state filter=other", /NO_MATCHES/],
  ["show system setting jumbo-frame", /<result>off<\/result>/],
  ["show running resource-monitor minute last=5", /<value>\d+(,\d+){4}<\/value>/],
  ["show ntp", /<synched>0\.pool\.ntp\.org<\/synched>/],
  ["show interface=hardware", /<name>ethernet1\/4<\/name>/],
  ["show interface=all", /<ifnet>/],
  ["show interface=management", /Management Interface/],
  ["show interface=ethernet1/1", /<zone>trust<\/zone>/],
  ["show interface=ethernet9/9", /<error>Interface 'ethernet9\/9' not found<\/error>/],
  ["show counter interface=ethernet1/1", /<ibytes>\d+<\/ibytes>/],
  ["show counter global", /pkt_recv/],
  ["show running tunnel flow all", /<num_ipsec>0<\/num_ipsec>/],
  ["show running security-policy", /allow-all/],
  ["show panorama-status", /Connected {5}: yes/],
  ["request system software info", /<current>yes<\/current>/],
  ["request system software check", /<latest>yes<\/latest>/],
  ["show system software status", /<downloading>no<\/downloading>/],
  ["show jobs all", /<type>AutoCom<\/type><status>FIN<\/status>/],
  ["show jobs pending", /^<response status="success"><result\/><\/response>$/],
  ["show jobs processed", /AutoCom/],
  ["request license info", /<feature>Threat Prevention<\/feature>/],
  ["request license fetch", /<licenses>/],
  ["request support check", /<SupportLevel>Premium<\/SupportLevel>/],
  ["request support info", /<ExpiryDate>December 31, 2036<\/ExpiryDate>/],
  ["request content upgrade info", /<content-updates .*<entry>.*<entry>/s],
  ["request content upgrade check", /<current>yes<\/current>/],
  ["request anti-virus upgrade info", /AntiVirus/],
  ["request wildfire upgrade info", /WildFire/],
  ["show config running", /<config version=/],
  ["show config running", /<entry name="mock-cert">.*<private-key>-AQ==[\w=]+<\/private-key>/s],
  ["show config candidate", /<config version=/],
  ["show config diff", /<result\/?>/],
  ["show config list changes", /<journal\/?>/],
  ["show config-locks", /<config-locks\/>/],
  ["show commit-locks", /<commit-locks\/>/],
  ["check pending-changes", /<result>no<\/result>/],
  ["check full-commit-required", /<result>no<\/result>/],
  ["check data-access-passwd system", /<result>no<\/result>/],
  ["request password-hash password=secret", /<phash>\$5\$\w{8}\$/],
  ["show admins", /<admin>admin<\/admin><self\/>/],
  ["show admins all", /<self\/>/],
  ["show plugins packages", /<plugins\/>/],
  ["show user ip-user-mapping all", /<count>0<\/count>/],
  ["show user ip-user-mapping-mp all", /<count>0<\/count>/],
  ["show user user-id-service status", /User id service: {3}down/],
  ["show redistribution service client all", /<entry\/>/],
  ["show redistribution agent state all", /<entry\/>/],
  ["show user group list", /Total: 0/],
  ["show object registered-ip all", /<count>0<\/count>/],
  ["show object registered-user all", /<count>0<\/count>/],
  ["show object dynamic-address-group all", /<dyn-addr-grp\/?>/],
  ["request system external-list list-capacities", /<ip><running-cap>0<\/running-cap>/],
  [
    "show rule-hit-count vsys vsys-name{<entry name='vsys1'><rule-base><entry name='security'><rules><all/></rules></entry></rule-base></entry>}",
    /<entry name="allow-all"><latest>yes<\/latest><hit-count>\d{5,}/,
  ],
  [
    "test security-policy-match{<from>trust</from><to>untrust</to>}",
    /<entry name="allow-all"><index>1<\/index><action>allow/,
  ],
  ["set cli config-output-format=set", /<result\/?>/],
  ["clear session all", /sessions cleared/],
  ["show logging-status", /<result\/?>/],
])("a firewall answers %s", (words, expected) => {
  test("as PAN-OS does", async () => {
    const reply = await ask(firewall, words);
    expect(reply).toMatchObject({ ok: true });
    expect(reply.xml).toMatch(expected);
  });
});

describe.each([
  ["show system info", /<model>Panorama<\/model>.*<system-mode>panorama<\/system-mode>/s],
  ["show devices all", /<devices><entry name="001234567890"><serial>001234567890<\/serial><connected>yes/],
  ["show devices connected", /<hostname>fw-ha-primary<\/hostname>/],
  ["show devices connected", /<mac-addr>[0-9a-f:]{17}<\/mac-addr>/],
  ["show devicegroups", /<entry name="branch">.*<entry name="001234567890">/s],
  ["show dg-hierarchy", /<dg name="branch" dg_id="11"\/>/],
  ["show templates", /<entry name="branch-template"><devices><entry name="001234567890">/],
  ["show template-stack", /<entry name="branch-stack"><devices>/],
  [
    "request bootstrap vm-auth-key generate{<lifetime>24</lifetime>}",
    /VM auth key \d{15} generated\. Expires at: \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/,
  ],
  ["request bootstrap vm-auth-key show", /<vm-auth-key>\d{15}<\/vm-auth-key>/],
  ["request move-dg{<entry name='branch'><new-parent-dg>shared</new-parent-dg></entry>}", /<job>\d+<\/job>/],
  ["show high-availability state", /<enabled>no<\/enabled>/],
  ["show config running", /<device-group><entry name="branch">/],
])("Panorama answers %s", (words, expected) => {
  test("as PAN-OS does", async () => {
    const reply = await ask(panorama, words);
    expect(reply).toMatchObject({ ok: true });
    expect(reply.xml).toMatch(expected);
  });
});

test("what a node does not know, or is for the other kind of node, is refused with its path", async () => {
  expect(await ask(firewall, "show frobnicator")).toMatchObject({
    ok: false,
    code: "17",
    text: " show -> frobnicator  is unexpected",
  });
  expect(await ask(firewall, "show devices all")).toMatchObject({ ok: false, code: "17" });
  expect(await ask(panorama, "show session info")).toMatchObject({ ok: false, code: "17" });
  expect(
    pair.site.events.events.some(
      ({ type, about }) => type === "unknown-command" && about?.["command"] === "show frobnicator",
    ),
  ).toBe(true);
});

test("content is downloaded, then installed", async () => {
  expect((await ask(firewall, "request content upgrade install version=latest")).text).toContain(
    "has not been downloaded",
  );
  expect((await ask(firewall, "request content upgrade download latest")).text).toMatch(
    /^Download job enqueued with jobid \d+$/,
  );
  await pair.site.runFor(seconds(3));
  expect((await ask(firewall, "request content upgrade install version=latest")).text).toMatch(
    /^Content install job enqueued/,
  );
  await pair.site.runFor(seconds(3));
  expect((await ask(firewall, "show system info")).xml).toContain("<app-version>8795-8489</app-version>");
});

test("addresses are registered with tags, found by them, and let go", async () => {
  const message = (payload: string) =>
    pair.site.during(
      firewall.call({
        type: "user-id",
        cmd: `<uid-message><version>2.0</version><type>update</type><payload>${payload}</payload></uid-message>`,
      }),
    );
  expect(
    await message(
      "<register><entry ip='10.1.1.1'><tag><member>t</member><member timeout='60'>u</member></tag></entry></register>",
    ),
  ).toMatchObject({ ok: true });
  const again = await message("<register><entry ip='10.1.1.1'><tag><member>t</member></tag></entry></register>");
  expect(again.ok).toBe(false);
  expect(again.xml).toContain('<register><entry ip="10.1.1.1" message="tag t already exists, ignore"/></register>');
  expect((await ask(firewall, 'show object registered-ip{<tag><entry name="u"/></tag>}')).xml).toContain(
    '<entry ip="10.1.1.1" from_agent="0" persistent="1">',
  );
  await pair.site.runFor(seconds(61));
  expect((await ask(firewall, 'show object registered-ip{<tag><entry name="u"/></tag>}')).xml).toContain(
    "<count>0</count>",
  );
  expect(await message("<unregister><entry ip='10.1.1.1'/></unregister>")).toMatchObject({ ok: true });
  expect((await message("<unregister><entry ip='10.1.1.1'/></unregister>")).xml).toContain(
    "does not exist, ignore unreg",
  );
  expect(await message("<login><entry name='dom\\ann' ip='10.1.1.2' timeout='20'/></login>")).toMatchObject({
    ok: true,
  });
  expect((await ask(firewall, "show user ip-user-mapping{<ip>10.1.1.2</ip>}")).xml).toContain("<user>dom\\ann</user>");
});

test("an administrator of the configuration logs in with a key that lasts", async () => {
  const hash =
    /<phash>(.*)<\/phash>/.exec((await ask(firewall, "request password-hash password=hunter2")).xml)?.[1] ?? "";
  await pair.site.during(
    firewall.call({
      type: "config",
      action: "set",
      xpath: "/config/mgt-config/users/entry[@name='ann']",
      element: `<phash>${hash}</phash>`,
    }),
  );
  const keygen = await pair.site.during(firewall.call({ type: "keygen", user: "ann", password: "hunter2" }));
  expect(keygen.xml).toMatch(/<key>[\w-]+<\/key>/);
  expect(await pair.site.during(firewall.call({ type: "keygen", user: "ann", password: "wrong" }))).toMatchObject({
    ok: false,
    code: "403",
  });
});
