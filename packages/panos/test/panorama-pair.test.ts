import { type Endpoint, seconds } from "@understudy/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApiClient } from "../src/site/api-client.ts";
import { panoramaHaMessage } from "../src/wire/messages/panorama-ha.ts";
import { textOf } from "../src/wire/xml/tree.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

const HA = "<show><high-availability><state/></high-availability></show>";
const RESTART = "<request><restart><system/></restart></request>";
const state = (word: string) => `<request><high-availability><state>${word}</state></high-availability></request>`;
const SET = {
  type: "config",
  action: "set",
  xpath: "/config/shared/tag/entry[@name='t']",
  element: "<color>color1</color>",
};
const TAG = { type: "config", action: "show", xpath: "/config/shared/tag" };
const COMMIT = { type: "commit", cmd: "<commit/>" };

type Which = "first" | "second";

/** A pair of Panoramas above a pair of firewalls, with a client of each Panorama. */
async function twoPanoramas(mode: "virtual" | "sockets" = "virtual") {
  const pair = await PairSite.start({ mode }, { panorama: { ha_enabled: true, available_versions: ["11.1.4"] } });
  await pair.settled();
  const endpoint = (name: string): Endpoint => {
    const found = pair.site.cell.cloud("panorama").endpoints[name];
    if (found === undefined) throw new Error(`no endpoint ${name}`);
    return found;
  };
  const clients: Readonly<Record<Which, ApiClient>> = {
    first: await pair.client(),
    second: await pair.client(endpoint("peer-http")),
  };
  const ask = (who: Which, cmd: string) => pair.site.during(clients[who].op(cmd));
  const view = async (who: Which) => {
    const seen = panoramaHaMessage.parse((await ask(who, HA)).result);
    if (seen?.enabled !== true) throw new Error("no pair");
    return seen;
  };
  return {
    pair,
    clients,
    ask,
    view,
    /** Own and peer's state, as one of them tells. */
    states: async (who: Which) => {
      const { local, peer } = await view(who);
      return `${local.state}/${peer.state}`;
    },
    call: (who: Which, parameters: Readonly<Record<string, string>>) => pair.site.during(clients[who].call(parameters)),
    pass: (s: number) => pair.site.runFor(seconds(s)),
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}

describe.each(["virtual", "sockets"] as const)("%s:", (mode) => {
  test("the passive Panorama takes over while the active one reboots, and both have the firewalls", async () => {
    await using two = await twoPanoramas(mode);
    expect(await two.states("first")).toBe("primary-active/secondary-passive");
    expect(await two.states("second")).toBe("secondary-passive/primary-active");

    await two.ask("first", RESTART);
    await two.pass(2);
    await expect(two.ask("first", HA)).rejects.toMatchObject({ code: "refused" });
    expect(await two.states("second")).toBe("secondary-active/unknown");
    expect(two.pair.isConnected).toBe(true);
    const connected = await two.ask("second", "<show><devices><connected/></devices></show>");
    expect(connected.xml).toContain(`<serial>${PRIMARY}</serial>`);

    await two.pass(30);
    expect(await two.states("first")).toBe("primary-passive/secondary-active");
    expect(two.pair.site.cell.differences("primary")).toEqual([]);
  });
});

test("suspend and functional, also of the peer, and what is remembered of it", async () => {
  await using two = await twoPanoramas();
  expect(textOf((await two.ask("first", state("<suspend/>"))).result)).toBe(
    "Successfully changed HA state to suspended",
  );
  await two.pass(1);
  expect(await two.states("first")).toBe("primary-suspended/secondary-active");
  expect((await two.view("second")).peer.lastError).toEqual({ state: "primary-suspended", reason: "User requested" });
  await two.ask("second", state("<peer><functional/></peer>"));
  await two.pass(1);
  expect(await two.states("first")).toBe("primary-passive/secondary-active");
  await two.ask("first", state("<peer><suspend/></peer>"));
  await two.pass(1);
  expect(await two.states("first")).toBe("primary-active/secondary-suspended");
});

test("a commit on the active Panorama is synchronised; the passive one takes no changes, and keeps its own name", async () => {
  await using two = await twoPanoramas();
  expect(await two.call("second", SET)).toMatchObject({ ok: false });
  expect(await two.call("second", COMMIT)).toMatchObject({ ok: false });
  await two.call("first", SET);
  await two.call("first", COMMIT);
  await two.pass(2.5);
  expect((await two.view("first")).runningSync).toBe("synchronization in progress");
  await two.pass(3);
  expect((await two.view("second")).runningSync).toBe("synchronized");
  expect((await two.call("second", TAG)).xml).toContain('<entry name="t"');
  const hostname = { ...TAG, xpath: "/config/devices/entry/deviceconfig/system/hostname" };
  expect((await two.call("second", hostname)).xml).toContain("<hostname>panorama-2</hostname>");
});

test.each([
  "<load><config><from>running-config.xml</from></config></load>",
  "<save><config><to>mine.xml</to></config></save>",
  "<revert><config/></revert>",
  "<delete><config><saved>mine.xml</saved></config></delete>",
])("the passive Panorama refuses %s", async (cmd) => {
  await using two = await twoPanoramas();
  expect(await two.ask("second", cmd)).toMatchObject({ ok: false, code: "15" });
  expect((await two.ask("first", cmd)).code).not.toBe("15");
});

test("firewalls tell of both Panoramas", async () => {
  await using two = await twoPanoramas();
  const firewall = two.clients.second.for(PRIMARY);
  const told = async () => (await two.pair.site.during(firewall.op("<show><panorama-status/></show>"))).xml;
  const blocks = (first: string, second: string) =>
    new RegExp(
      `Server 1 : 192.168.1.2\n +Connected +: ${first}\n[^]*Server 2 : 192.168.1.3\n +Connected +: ${second}\n`,
    );
  expect(await told()).toMatch(blocks("yes\n +HA state +: Active", "yes\n +HA state +: Passive"));
  await two.ask("first", RESTART);
  await two.pass(2);
  expect(await told()).toMatch(blocks("no\n +HA state +: disconnected", "yes\n +HA state +: Active"));
});

test("both boot when their power comes back, and find one active", async () => {
  await using two = await twoPanoramas();
  const { power } = two.pair.site.cell;
  await power.cut("panorama");
  await power.on("panorama", "cold");
  expect(await two.states("first")).toBe("primary-initial/secondary-initial");
  await two.pass(60);
  expect((await two.states("first")).split("/").filter((role) => role.endsWith("-active"))).toHaveLength(1);
  await power.cut("panorama");
  await power.on("panorama", "resumed");
  expect((await two.states("first")).split("/").filter((role) => role.endsWith("-active"))).toHaveLength(1);
});

test("there are never two active Panoramas, whatever is ordered when", async () => {
  const blow = fc.record({
    after: fc.integer({ min: 0, max: 20_000 }),
    who: fc.constantFrom<Which>("first", "second"),
    cmd: fc.constantFrom(RESTART, state("<suspend/>"), state("<functional/>"), state("<peer><suspend/></peer>")),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(blow, { minLength: 1, maxLength: 6 }), async (blows) => {
      await using two = await twoPanoramas();
      const actives = async (): Promise<number> => {
        for (const who of ["first", "second"] as const) {
          const told = await two.states(who).catch(() => undefined);
          if (told !== undefined) return told.split("/").filter((role) => role.endsWith("-active")).length;
        }
        return 0;
      };
      for (const { after, who, cmd } of blows) {
        await two.pass(after / 1000);
        await two.ask(who, cmd).catch(() => undefined);
        expect(await actives()).toBeLessThan(2);
      }
      await two.pass(60);
      for (const who of ["first", "second"] as const) await two.ask(who, state("<functional/>"));
      await two.pass(5);
      expect(await actives()).toBe(1);
    }),
    { numRuns: 30 },
  );
});

test("an image that is downloaded for both Panoramas is on both", async () => {
  await using two = await twoPanoramas();
  const check = "<request><system><software><check/></software></system></request>";
  const available = (await two.ask("first", check)).xml.match(/<version>([^<]+)<\/version>/)?.[1] ?? "";
  const order = `<download><sync-to-peer>yes</sync-to-peer><version>${available}</version></download>`;
  await two.ask("first", `<request><system><software>${order}</software></system></request>`);
  await two.pass(12);
  for (const who of ["first", "second"] as const)
    expect((await two.ask(who, check)).xml).toMatch(new RegExp(`<version>${available}</version>.*?<downloaded>yes<`));
});
