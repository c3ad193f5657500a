import { MemoryStorage, seconds } from "@understudy/kernel";
import { crashSweep } from "@understudy/kernel/testing";
import { describe, expect, test } from "vitest";
import { ApiClient } from "../src/site/api-client.ts";
import { jobsMessage } from "../src/wire/messages/job.ts";
import { writeXml } from "../src/wire/xml/write.ts";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

const VSYS = "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']";
const ADDRESS = `${VSYS}/address/entry[@name='web']`;

/** A firewall of a pair, seen through Panorama. */
async function aFirewall(pair: PairSite) {
  await pair.settled();
  const client = (await pair.client()).for(PRIMARY);
  const call = (parameters: Parameters<ApiClient["call"]>[0]) => pair.site.during(client.call(parameters));
  const op = (cmd: string) => pair.site.during(client.op(cmd));
  const config = (action: string, more: Record<string, string> = {}) => call({ type: "config", action, ...more });
  const commit = (cmd = "<commit/>") => call({ type: "commit", cmd });
  const jobs = async () => jobsMessage.parse((await op("<show><jobs><all/></jobs></show>")).result) ?? [];
  const shown = async (action: "get" | "show", xpath: string) =>
    writeXml((await config(action, { xpath })).result.children).markup;
  return { call, op, config, commit, jobs, shown };
}

test.each(["virtual", "sockets"] as const)(
  "what was set and committed is what runs, also after a power cut, %s",
  async (mode) => {
    await using pair = await PairSite.start({ mode });
    const fw = await aFirewall(pair);

    expect(await fw.config("set", { xpath: ADDRESS, element: "<ip-netmask>10.0.0.1</ip-netmask>" })).toMatchObject({
      ok: true,
      code: "20",
      text: "command succeeded",
    });
    expect(await fw.shown("get", ADDRESS)).toBe('<entry name="web"><ip-netmask>10.0.0.1</ip-netmask></entry>');
    expect(await fw.config("show", { xpath: ADDRESS })).toMatchObject({ ok: false, code: "7", text: "No such node" });
    expect((await fw.op("<check><pending-changes/></check>")).result.children).toEqual(["yes"]);

    await pair.site.cell.power.cut("primary");
    await pair.site.cell.power.on("primary", "resumed");
    await pair.site.until(() => pair.primary.state()["connected"] === true, "the firewall to be back");
    expect(await fw.commit()).toMatchObject({ ok: true, code: "19", text: "Commit job enqueued with jobid 2" });
    expect(await fw.commit()).toMatchObject({
      ok: false,
      code: "13",
      text: "Another commit/validate is in progress. Please try again later",
    });
    await pair.site.runFor(seconds(5));
    expect((await fw.jobs())[0]).toMatchObject({
      type: "Commit",
      result: "OK",
      details: ["Configuration committed successfully"],
    });
    expect(await fw.shown("show", ADDRESS)).toBe('<entry name="web"><ip-netmask>10.0.0.1</ip-netmask></entry>');
    expect(await fw.commit()).toMatchObject({ ok: true, code: "19", text: "There are no changes to commit." });

    await pair.site.cell.power.cut("primary");
    await pair.site.cell.power.on("primary", "resumed");
    await pair.site.until(() => pair.primary.state()["connected"] === true, "the firewall to be back");
    expect(await fw.shown("show", ADDRESS)).toBe('<entry name="web"><ip-netmask>10.0.0.1</ip-netmask></entry>');
  },
);

describe("a firewall's configuration", () => {
  test("answers as devices do", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    expect(await fw.config("get", { xpath: "/config/nothing" })).toMatchObject({ ok: true, code: "7" });
    expect(await fw.config("get", { xpath: "/config[" })).toMatchObject({ ok: false, code: "6" });
    expect(await fw.config("set", { xpath: ADDRESS, element: "<a>" })).toMatchObject({ ok: false, code: "18" });
    expect(await fw.config("delete", { xpath: ADDRESS })).toMatchObject({
      ok: true,
      code: "7",
      text: "Object doesn't exist",
    });
    expect(await fw.config("frobnicate", { xpath: ADDRESS })).toMatchObject({ ok: false, code: "400" });
    expect(await fw.config("get")).toMatchObject({ ok: true, code: "19" });
    expect(await fw.shown("get", "/config/shared/certificate/entry/@name")).toBe('<entry name="mock-cert"/>');
  });

  test("multi-config nests its answers, and a strict failure takes everything back", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const element = `<multi-config><set id="1" xpath="${VSYS}/tag"><entry name="t"/></set><rename id="2" xpath="${VSYS}/tag/entry[@name='nope']" newname="x"/></multi-config>`;
    await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
    const lenient = await fw.config("multi-config", { element });
    expect(lenient).toMatchObject({ ok: false, code: "12" });
    expect(lenient.xml).toContain('<response status="success" code="20" id="1">');
    expect(lenient.xml).toMatch(/<response status="error" code="\d+" id="2">/);
    expect(await fw.shown("get", `${VSYS}/tag`)).toBe('<tag><entry name="t"/></tag>');
    await fw.config("multi-config", { element, "strict-transactional": "yes" });
    expect(await fw.config("get", { xpath: ADDRESS })).toMatchObject({ code: "7" });
  });

  test("multi-config says in a line what was wrong with an operation", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const { xml } = await fw.config("multi-config", { element: '<multi-config><set id="7"><a/></set></multi-config>' });
    expect(xml).toContain(
      '<response status="error" code="400" id="7"><msg><line>Missing value for parameter &quot;xpath&quot;.</line></msg></response>',
    );
  });

  test("what was exported and loaded again is what was there", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const before = await fw.shown("get", "/config");
    await fw.op("<save><config><to>a.xml</to></config></save>");
    await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
    await fw.op("<load><config><from>a.xml</from></config></load>");
    expect(await fw.shown("get", "/config")).toBe(before);
  });

  test("locks of another administrator forbid to load, to revert, and on whatever scope to commit", async () => {
    const users = ["admin", "ann"].map((username) => ({ username, password: "a" }));
    await using pair = await PairSite.start({}, { users });
    const fw = await aFirewall(pair);
    const { cell } = pair.site;
    const world = await cell.power.operator("ann", new MemoryStorage(cell.ground.time));
    const ann = await pair.site.during(ApiClient.login(world, pair.panoramaEndpoint, "ann", "a"));
    const lock = (kind: string, what: string, vsys: string) => {
      const cmd = `<request><${kind}-lock><${what}/></${kind}-lock></request>`;
      return pair.site.during(ann.for(PRIMARY).call({ type: "op", cmd, vsys }));
    };
    const locked = { ok: false, code: "13", text: "Configuration is locked by ann" };
    await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
    await lock("config", "add", "shared");
    expect(await fw.op("<revert><config/></revert>")).toMatchObject(locked);
    expect(await fw.op("<load><config><from>running-config.xml</from></config></load>")).toMatchObject(locked);
    await lock("config", "remove", "shared");
    await lock("commit", "add", "vsys1");
    expect(await fw.commit()).toMatchObject(locked);
    await lock("commit", "remove", "vsys1");
    expect(await fw.commit()).toMatchObject({ ok: true });
  });

  test("only one administrator's changes can be committed", async () => {
    await using pair = await PairSite.start(
      {},
      {
        users: [
          { username: "admin", password: "a" },
          { username: "ann", password: "b" },
        ],
      },
    );
    const fw = await aFirewall(pair);
    await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
    await fw.commit("<commit><partial><admin><member>ann</member></admin></partial></commit>");
    await pair.site.runFor(seconds(5));
    expect(await fw.config("show", { xpath: ADDRESS })).toMatchObject({ ok: false });
    await fw.commit("<commit><partial><admin><member>admin</member></admin></partial></commit>");
    await pair.site.runFor(seconds(5));
    expect(await fw.config("show", { xpath: ADDRESS })).toMatchObject({ ok: true });
  });

  test("locks are taken once and given up once", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const lock = (kind: string, what: string) => fw.op(`<request><${kind}-lock><${what}/></${kind}-lock></request>`);
    expect((await lock("config", "add")).ok).toBe(true);
    expect(await lock("config", "add")).toMatchObject({
      ok: false,
      text: "You already own a config lock for scope shared",
    });
    expect(writeXml((await fw.op("<show><config-locks/></show>")).result).markup).toContain(
      '<entry name="admin"><type>shared</type>',
    );
    expect((await lock("config", "remove")).ok).toBe(true);
    expect(await lock("config", "remove")).toMatchObject({
      ok: false,
      text: "Config is not currently locked for scope shared",
    });
    expect(await lock("commit", "remove")).toMatchObject({ ok: false, text: "Commit lock is not currently held" });
    expect(writeXml((await fw.op("<show><commit-locks/></show>")).result.children).markup).toBe("<commit-locks/>");
  });

  test("is saved, loaded and reverted", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
    await fw.op("<save><config><to>mine.xml</to></config></save>");
    await fw.op("<revert><config/></revert>");
    expect(await fw.config("get", { xpath: ADDRESS })).toMatchObject({ code: "7" });
    expect((await fw.op("<load><config><from>mine.xml</from></config></load>")).text).toBe(
      "Config loaded from mine.xml",
    );
    expect(await fw.config("get", { xpath: ADDRESS })).toMatchObject({ code: "19" });
    expect(await fw.op("<load><config><from>other.xml</from></config></load>")).toMatchObject({
      ok: false,
      text: "other.xml does not exist",
    });
    expect(writeXml((await fw.op("<show><config><diff/></config></show>")).result.children).markup).toContain(
      '+&lt;entry name="web"&gt;',
    );
  });

  test("loses uncommitted changes with a reboot", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
    await fw.op("<request><restart><system/></restart></request>");
    await pair.site.runFor(seconds(30));
    expect(await fw.config("get", { xpath: ADDRESS })).toMatchObject({ code: "7" });
  });
});

const NOTHING_TO_COMMIT = "There are no changes to commit.";

test.each(["resumed", "cold"] as const)(
  "power cuts at any write of a commit leave the old configuration or the new one (%s)",
  async (comesBack) => {
    await crashSweep("primary", async (run) => {
      await using pair = await PairSite.start({}, {}, run, comesBack);
      await pair.site.until(() => pair.isConnected, "the pair to be connected");
      const client = (await pair.client()).for(PRIMARY);
      const insist = async (parameters: Parameters<ApiClient["call"]>[0]) => {
        for (;;) {
          const reply = await pair.site.during(client.call(parameters));
          if (!reply.text.endsWith("not connected")) return reply;
          await pair.site.runFor(seconds(1));
        }
      };
      const change = async () => {
        await insist({ type: "config", action: "set", xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
        for (let round = 0; round < 2; round++) {
          await insist({ type: "commit", cmd: "<commit/>" });
          await pair.site.runFor(seconds(10));
        }
        return insist({ type: "config", action: "show", xpath: ADDRESS });
      };
      const shown = await change();
      if (comesBack === "resumed" || !run.struck) expect(shown).toMatchObject({ ok: true });
      else if (!shown.ok) expect(await change()).toMatchObject({ ok: true }); // it had gone with the candidate
      expect(await insist({ type: "commit", cmd: "<commit/>" })).toMatchObject({ text: NOTHING_TO_COMMIT });
    });
  },
);

test("a commit on the active member comes to the passive one, but for what is its own", async () => {
  await using pair = await PairSite.start();
  const fw = await aFirewall(pair);
  const other = (await pair.client()).for(SECONDARY);
  const peer = async (xpath: string) =>
    writeXml((await pair.site.during(other.call({ type: "config", action: "show", xpath }))).result.children).markup;
  const HOSTNAME = "/config/devices/entry/deviceconfig/system/hostname";
  const sync = async () =>
    /<running-sync>(.*)<\/running-sync>/.exec(
      (await fw.op("<show><high-availability><state/></high-availability></show>")).xml,
    )?.[1];
  await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
  await fw.commit();
  expect(await sync()).toBe("synchronized");
  await pair.site.runFor(seconds(3));
  expect(await sync()).toBe("synchronization in progress");
  await pair.site.runFor(seconds(3));
  expect(await sync()).toBe("synchronized");
  expect(await peer(ADDRESS)).toBe('<entry name="web"><fqdn>x</fqdn></entry>');
  expect(await peer(HOSTNAME)).toBe("<hostname>fw-ha-secondary</hostname>");
});

test("a synchronisation that fails leaves the pair out of sync until it is done again", async () => {
  await using pair = await PairSite.start({
    faults: [{ family: "panos", operation: "ha-sync", nth: 1, error: "HA1 link too slow" }],
  });
  const fw = await aFirewall(pair);
  const sync = async () =>
    /<running-sync>(.*)<\/running-sync>/.exec(
      (await fw.op("<show><high-availability><state/></high-availability></show>")).xml,
    )?.[1];
  await fw.config("set", { xpath: ADDRESS, element: "<fqdn>x</fqdn>" });
  await fw.commit();
  await pair.site.runFor(seconds(10));
  expect(await sync()).toBe("not synchronized");
  const again = await fw.op(
    "<request><high-availability><sync-to-remote><running-config/></sync-to-remote></high-availability></request>",
  );
  expect(again.text).toBe("HA synchronization job has been queued on peer. Please check job status on peer.");
  await pair.site.runFor(seconds(5));
  expect(await sync()).toBe("synchronized");
});

test("what a write leaves open is refused: a path at any depth, and a set without its element", async () => {
  await using pair = await PairSite.start();
  const fw = await aFirewall(pair);
  expect(await fw.config("set", { xpath: "//address", element: "<entry name='a'/>" })).toMatchObject({ code: "6" });
  expect(await fw.config("delete", { xpath: "//address" })).toMatchObject({ code: "6" });
  expect(await fw.config("set", { xpath: ADDRESS })).toMatchObject({
    code: "400",
    text: 'Missing value for parameter "element".',
  });
  expect(
    await fw.config("set", { xpath: `${VSYS}/tag/entry[@name='a//b']`, element: "<color>color1</color>" }),
  ).toMatchObject({
    ok: true,
  });
});
