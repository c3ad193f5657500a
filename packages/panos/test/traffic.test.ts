import { hours, type JsonObject, minutes, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { FirewallSite } from "./a-firewall.ts";

const numbers = (text: string, name: string): readonly number[] =>
  [...text.matchAll(new RegExp(`<${name}>(\\d+)</${name}>`, "g"))].map(([, digits = ""]) => Number(digits));
const SESSIONS = "<show><session><info/></session></show>";
const COUNTERS = "<show><counter><interface>ethernet1/1</interface></counter></show>";
const GLOBAL = "<show><counter><global/></counter></show>";
const RESOURCES = "<show><system><resources/></system></show>";
const monitor = (unit: string, last: number): string =>
  `<show><running><resource-monitor><${unit}><last>${last}</last></${unit}></resource-monitor></running></show>`;
const steady: JsonObject = { metrics: { tcp_sessions: 90_000 } };
const daily: JsonObject = { metrics: { tcp_sessions: 90_000, pattern: "daily" } };

/** What a firewall shows of its work at one moment. */
async function seen(fw: FirewallSite) {
  const [sessions, resources, counters] = [await fw.op(SESSIONS), await fw.op(RESOURCES), await fw.op(COUNTERS)];
  const load = /load average: ([\d.]+), ([\d.]+), ([\d.]+)/.exec(resources)?.slice(1).map(Number) ?? [];
  const cores =
    /<value>([\d,]+)<\/value>/
      .exec(await fw.op(monitor("minute", 5)))?.[1]
      ?.split(",")
      .map(Number) ?? [];
  return {
    active: numbers(sessions, "num-active")[0] ?? 0,
    pps: numbers(sessions, "pps")[0] ?? 0,
    installed: numbers(sessions, "num-installed")[0] ?? 0,
    meter: numbers(await fw.op("<show><session><meter/></session></show>"), "current")[0] ?? 0,
    idle: Number(/([\d.]+) id,/.exec(resources)?.[1]),
    usedMib: Number(/([\d.]+) used,/.exec(resources)?.[1]),
    load,
    cores,
    packets: numbers(counters, "ipackets")[0] ?? 0,
    bytes: numbers(counters, "ibytes")[0] ?? 0,
  };
}

describe("a firewall with a daily pattern", () => {
  test("is busier by day in everything that it shows", async () => {
    await using fw = await FirewallSite.start({ ...daily, version: "10.2.0" });
    const rounds = [await seen(fw)];
    for (let n = 0; n < 8; n++) {
      await fw.site.runFor(hours(3));
      rounds.push(await seen(fw));
    }
    const quiet = rounds.reduce((least, round) => (round.active < least.active ? round : least));
    const busy = rounds.reduce((most, round) => (round.active > most.active ? round : most));
    expect(busy.active).toBeGreaterThan(1.8 * quiet.active);
    expect(busy.pps).toBeGreaterThan(1.8 * quiet.pps);
    expect(busy.meter).toBe(busy.active);
    expect(busy.cores[0]).toBeGreaterThan(quiet.cores[0] ?? 100);
    expect(busy.idle).toBeLessThan(quiet.idle);
    expect(busy.usedMib).toBeGreaterThan(quiet.usedMib);
    expect(busy.load[2]).toBeGreaterThan(quiet.load[2] ?? 100);
  });

  test("has counters that rise with the traffic, and never fall", async () => {
    await using fw = await FirewallSite.start(daily);
    let before = await seen(fw);
    for (let n = 0; n < 24; n++) {
      await fw.site.runFor(hours(1));
      const after = await seen(fw);
      const perSecond = (after.packets - before.packets) / 3600;
      const share = perSecond / ((after.pps + before.pps) / 2);
      expect(share).toBeGreaterThan(0.45);
      expect(share).toBeLessThan(0.5);
      expect(after.installed).toBeGreaterThan(before.installed);
      expect(after.bytes).toBeGreaterThan(before.bytes);
      before = after;
    }
  });
});

describe("a firewall with steady traffic", () => {
  test("is busier while a job runs, and its averages follow one after the other", async () => {
    await using fw = await FirewallSite.start({ ...steady, available_versions: ["10.2.0"] });
    const before = await seen(fw);
    await fw.op(
      "<request><system><software><download><version>10.2.0</version></download></software></system></request>",
    );
    await fw.site.runFor(seconds(8));
    const during = await seen(fw);
    expect(during.idle).toBeLessThan(before.idle - 30);
    expect(during.load[0]).toBeGreaterThan(during.load[2] ?? 100);
    await fw.site.runFor(minutes(20));
    expect((await seen(fw)).load).toEqual(before.load);
  });

  test("loses its sessions when they are cleared, and has them back within a minute", async () => {
    await using fw = await FirewallSite.start(steady);
    expect((await seen(fw)).active).toBe(90_000);
    await fw.op("<clear><session><all><filter><source>10.0.0.1</source></filter></all></session></clear>");
    expect((await seen(fw)).active).toBe(90_000);
    await fw.op("<clear><session><all/></session></clear>");
    expect((await seen(fw)).active).toBeLessThan(1000);
    await fw.site.runFor(seconds(30));
    const half = (await seen(fw)).active;
    expect(half).toBeGreaterThan(40_000);
    expect(half).toBeLessThan(50_000);
    await fw.site.runFor(minutes(1));
    expect((await seen(fw)).active).toBe(90_000);
  });

  test("counts anew after a boot, and when counters are cleared", async () => {
    await using fw = await FirewallSite.start(steady);
    const fresh = (await seen(fw)).packets;
    expect(fresh).toBeGreaterThan(1e9);
    await fw.op("<clear><counter><interface/></counter></clear>");
    expect((await seen(fw)).packets).toBeLessThan(fresh / 1000);
    expect(numbers(await fw.op(GLOBAL), "rate")[0]).toBe(54_000);
    await fw.restart();
    const { cores, packets } = await seen(fw);
    expect(packets).toBeLessThan(fresh / 1000);
    expect(cores.slice(2)).toEqual([0, 0, 0]);
  });

  test.each([
    ["second", 3, 3],
    ["minute", 99, 60],
    ["hour", 24, 24],
    ["day", 7, 7],
    ["week", 13, 13],
  ])("the monitor tells of the last %s s: %d asked, %d told", async (unit, asked, told) => {
    await using fw = await FirewallSite.start(steady);
    const text = await fw.op(monitor(unit, asked));
    const values = [...text.matchAll(/<value>([\d,]+)<\/value>/g)].map(([, list = ""]) => list.split(",").length);
    expect(values).toEqual(Array.from({ length: unit === "second" ? 4 : 8 }, () => told));
    expect(text).toContain(`<${unit}><cpu-load-average>`);
  });
});
