import { foldEvent, type JsonObject, minutes, type Start, seconds } from "@understudy/kernel";
import { crashSweep, TestSite } from "@understudy/kernel/testing";
import { panos } from "@understudy/panos";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { haMessage } from "../src/wire/messages/high-availability.ts";
import { systemInfoMessage } from "../src/wire/messages/system-info.ts";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

const INFO = "<show><system><info/></system></show>";
const HA = "<show><high-availability><state/></high-availability></show>";
const RESTART = "<request><restart><system/></restart></request>";
const software = (what: string, version: string) =>
  `<request><system><software><${what}><version>${version}</version></${what}></software></system></request>`;

describe.each(["virtual", "sockets"] as const)("%s:", (mode) => {
  test("a pair is upgraded through Panorama, one member after the other", async () => {
    await using pair = await PairSite.start({ mode });
    await pair.settled();

    const versions = await pair.upgrade("11.1.0");

    expect(versions).toEqual({ [PRIMARY]: "11.1.0", [SECONDARY]: "11.1.0" });
    expect(pair.roles).toBe("passive/active");
    expect(pair.site.cell.differences("primary")).toEqual([]);
    expect(pair.site.cell.differences("secondary")).toEqual([]);
  });

  test("a rebooting firewall refuses connections, and Panorama says that it is not connected", async () => {
    await using pair = await PairSite.start({ mode });
    await pair.settled();
    const { site } = pair;
    const panorama = await pair.client();
    const direct = await pair.client(pair.direct(0));
    expect(systemInfoMessage.parse((await site.during(direct.op(INFO))).result)?.serial).toBe(PRIMARY);

    const told = await site.during(direct.op(RESTART));
    expect(told).toMatchObject({ ok: true, result: { children: ["Command succeeded with no output"] } });
    await site.until(
      () => pair.primary.state().phase === "rebooting" && pair.primary.state()["connected"] === false,
      "the reboot",
    );

    await expect(site.during(direct.op(INFO))).rejects.toMatchObject({ code: "refused" });
    expect(await site.during(panorama.for(PRIMARY).op(INFO))).toMatchObject({
      ok: false,
      text: `${PRIMARY} not connected`,
    });
    expect(pair.roles).toBe("initial/active");

    await site.until(() => pair.primary.state()["ready"] === true && pair.roles === "passive/active", "the way back");
    const info = systemInfoMessage.parse((await site.during(direct.op(INFO))).result);
    expect(info?.uptime).toBeLessThan(minutes(1));
  });

  test("suspend and functional", async () => {
    await using pair = await PairSite.start({ mode });
    await pair.settled();
    const panorama = await pair.client();
    const order = (word: string) =>
      pair.site.during(
        panorama.for(PRIMARY).op(`<request><high-availability><state><${word}/></state></high-availability></request>`),
      );

    expect((await order("suspend")).result.children).toEqual(["Successfully changed HA state to suspended"]);
    await pair.site.until(() => pair.roles === "suspended/active", "the failover");
    expect((await order("functional")).result.children).toEqual(["Successfully changed HA state to functional"]);
    await pair.site.until(() => pair.roles === "passive/active", "the return");
    const view = haMessage.parse((await pair.site.during(panorama.for(PRIMARY).op(HA))).result);
    expect(view).toMatchObject({
      enabled: true,
      local: { serial: PRIMARY, state: "passive" },
      peer: { serial: SECONDARY, state: "active" },
      runningSync: "synchronized",
    });
  });
});

test("an active firewall that loses power is replaced at once, and comes back passive", async () => {
  await using pair = await PairSite.start();
  await pair.settled();
  await pair.site.cell.power.cut("primary");
  await pair.site.until(() => pair.secondary.state()["haState"] === "active", "the failover", seconds(1));
  await pair.site.cell.power.on("primary");
  await pair.site.until(() => pair.roles === "passive/active", "the return");
});

test("after a restart of everything, the roles are as they were", async () => {
  await using pair = await PairSite.start();
  await pair.settled();
  await pair.site.cell.power.cut("primary");
  await pair.site.until(() => pair.secondary.state()["haState"] === "active", "the failover");
  await pair.site.cell.power.on("primary");
  await pair.site.until(() => pair.roles === "passive/active", "the return");
  await pair.site.cell.power.stopAll();
  for (const id of ["panorama", "primary", "secondary"]) await pair.site.cell.power.on(id, "resumed");
  await pair.site.until(() => pair.roles === "passive/active" && pair.isConnected, "the pair to be back");
});

test("what the lab was told adds up to what the firewalls are", async () => {
  await using pair = await PairSite.start();
  await pair.settled();
  await pair.upgrade("11.1.0");
  for (const device of [pair.primary, pair.secondary]) {
    const id = device === pair.primary ? "primary" : "secondary";
    const told = pair.site.events.events
      .filter((event) => event.source === id)
      .reduce<JsonObject>((state, event) => foldEvent(state, event), {});
    expect(told).toEqual(device.state());
  }
});

test("the same seed gives the same events", async () => {
  const run = async () => {
    await using pair = await PairSite.start({ seed: 3 }, { timing: "realistic" });
    await pair.settled();
    await pair.upgrade("11.1.0");
    return pair.site.events.events;
  };
  expect(await run()).toEqual(await run());
});

test("a snapshot in the middle of an installation goes on twice in the same way", async () => {
  await using pair = await PairSite.start();
  await pair.settled();
  const panorama = (await pair.client()).for(PRIMARY);
  await pair.site.during(panorama.op(software("download", "11.1.0")));
  await pair.site.runFor(seconds(11));
  await pair.site.during(panorama.op(software("install", "11.1.0")));
  await pair.site.runFor(seconds(2));
  expect(pair.primary.state().phase).toBe("installing");
  const frozen = await pair.site.virtual.freeze();

  const goOn = async () => {
    await using site = await TestSite.thaw(frozen);
    await site.runFor(minutes(1));
    return { events: site.events.events, state: site.cell.stateOf("primary") };
  };
  const first = await goOn();
  expect(first.state).toMatchObject({ phase: "online", staged: "11.1.0", haState: "active", connected: true });
  expect(await goOn()).toEqual(first);
});

const actives = (pair: PairSite) =>
  [pair.primary, pair.secondary].filter(
    (device, n) =>
      pair.site.cell.power.isOn(n === 0 ? "primary" : "secondary") && device.state()["haState"] === "active",
  );

test.each(["primary", "secondary"])(
  "power cuts of the %s at any write: the upgrade goes on, on versions that were installed",
  async (victim) => {
    const runs = await crashSweep(victim, async (run) => {
      await using pair = await PairSite.start({}, {}, run);
      const { cell } = pair.site;
      await pair.site.until(() => pair.isConnected && actives(pair).length === 1, "the pair to settle");
      expect(await pair.upgrade("11.1.0")).toEqual({ [PRIMARY]: "11.1.0", [SECONDARY]: "11.1.0" });
      await pair.site.until(() => pair.isConnected && actives(pair).length === 1, "the pair to settle");
      expect([cell.differences("primary"), cell.differences("secondary")]).toEqual([[], []]);
    });
    expect(runs).toBeGreaterThan(20);
  },
);

test("there are never two actives, whatever loses power when", async () => {
  const someCut = fc.record({
    after: fc.integer({ min: 0, max: 20_000 }),
    off: fc.integer({ min: 0, max: 15_000 }),
    id: fc.constantFrom("primary", "secondary", "panorama"),
    comesBack: fc.constantFrom<Start>("cold", "resumed"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(someCut, { minLength: 1, maxLength: 6 }), fc.boolean(), async (cuts, upgrading) => {
      await using pair = await PairSite.start();
      const { cell } = pair.site;
      const watch = () => {
        if (actives(pair).length > 1) throw new Error("two actives");
        return false;
      };
      await pair.settled();
      if (upgrading)
        cell.act(panos, "panorama", "upgrade", { version: "11.1.0" }, ["primary", "secondary"]).catch(() => undefined);
      const pass = async (ms: number) =>
        pair.site.until(watch, "", seconds(ms / 1000)).catch((error: unknown) => {
          if (String(error).includes("two actives")) throw error;
        });
      for (const cut of cuts) {
        await pass(cut.after);
        await cell.power.cut(cut.id);
        await pass(cut.off);
        await cell.power.on(cut.id, cut.comesBack);
      }
      await pass(60_000);
      expect(actives(pair)).toHaveLength(1);
      expect([cell.differences("primary"), cell.differences("secondary")]).toEqual([[], []]);
    }),
    { numRuns: 30 },
  );
});
