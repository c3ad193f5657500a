import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hours, minutes, seconds } from "@understudy/kernel";
import { type PanoramaServer, startPanorama } from "@understudy/panos";
import { describe, expect, test } from "vitest";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

async function aForcedPair() {
  const pair = await PairSite.start();
  await pair.settled();
  const { power } = pair.site.cell;
  const force = (wanted: Parameters<typeof power.force>[1]) => pair.site.during(power.force("primary", wanted));
  return { pair, force, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

describe("a firewall is forced", () => {
  test("into each phase, and back online", async () => {
    await using site = await aForcedPair();
    const { pair, force } = site;
    for (const phase of ["downloading", "installing", "rebooting", "maintenance"]) {
      await force({ phase });
      expect(pair.primary.state().phase).toBe(phase);
      if (phase.endsWith("ing") && phase !== "rebooting") {
        await pair.site.runFor(minutes(30)); // holds until something else is wanted
        expect(pair.primary.state().phase).toBe(phase);
      }
      await force({ phase: "online" });
      expect(pair.primary.state()).toMatchObject({ phase: "online", ready: true });
      await pair.site.until(() => pair.isConnected && pair.roles.includes("active"), "the pair to be back");
    }
  });

  test("off and offline, until it is switched on or wanted online", async () => {
    await using site = await aForcedPair();
    const { pair, force } = site;
    const { power } = pair.site.cell;
    await force({ phase: "off" });
    expect(power.isOn("primary")).toBe(false);
    await power.on("primary");
    await pair.site.until(() => pair.primary.state()["ready"] === true, "the boot");
    await force({ phase: "offline" });
    expect(power.isOn("primary")).toBe(false);
    await force({ phase: "online" });
    expect(pair.primary.state()).toMatchObject({ phase: "online", ready: true });
    await pair.site.until(() => pair.roles === "passive/active", "the return");
  });

  test("into versions and figures that its API then tells", async () => {
    await using site = await aForcedPair();
    const { pair, force } = site;
    await force({
      current_version: "9.9.9",
      content_version: "1-2",
      tcp_sessions: 7,
      route_count: 3,
      disk_space_gb: 1,
    });
    const fw = (await pair.client()).for(PRIMARY);
    const ask = async (cmd: string) => (await pair.site.during(fw.op(cmd))).xml;
    expect(await ask("<show><system><info/></system></show>")).toMatch(/<sw-version>9.9.9<.*<app-version>1-2</s);
    expect(await ask("<show><session><info/></session></show>")).toContain("<num-active>7<");
    expect((await ask("<show><routing><route/></routing></show>")).match(/<entry>/g)).toHaveLength(3);
    expect(await ask("<show><system><disk-space/></system></show>")).toMatch(/ 1\.0G .*panrepo/);
    await pair.site.until(() => pair.site.cell.differences("primary").length === 0, "Panorama to know");
  });

  test("out of its pair's service and back", async () => {
    await using site = await aForcedPair();
    const { pair, force } = site;
    for (const ha_state of ["non-functional", "suspended"]) {
      await force({ ha_state });
      await pair.site.until(() => pair.roles === `${ha_state}/active`, "the failover", seconds(2));
      await force({ ha_state: "functional" });
      await pair.site.until(() => pair.roles === "passive/active", "the return");
      await pair.site.during(pair.site.cell.power.force("secondary", { ha_state: "suspended" }));
      await pair.site.until(() => pair.roles === "active/suspended", "the way back");
      await pair.site.during(pair.site.cell.power.force("secondary", { ha_state: "functional" }));
      await pair.site.until(() => pair.roles === "active/passive", "the pair as it was");
    }
  });
});

test("library users force, let the next operation fail, and put the time forward; jobs are told without a key", async () => {
  await using panorama = await startPanorama();
  const [serial = ""] = panorama.serials;
  const firewall = panorama.firewall(serial);
  await expect(firewall.force({ ha_state: "suspended" })).rejects.toMatchObject({ code: "no-pair" });
  await expect(firewall.force({ phase: "burning" as "off" })).rejects.toMatchObject({ code: "bad-wish" });
  expect(() => firewall.failNext("dowload", "x")).toThrow(/accepted is one of .*download/);
  firewall.failNext("download", "the line is dead");
  const words =
    "<request><system><software><download><version>11.1.0</version></download></software></system></request>";
  await panorama.op(words, serial);
  await panorama.advance(minutes(1));
  const jobs = async () => {
    const response = await fetch(`${panorama.url}/devices/${serial}/jobs`);
    return (await response.json()) as { readonly jobs: readonly object[] };
  };
  expect((await jobs()).jobs[0]).toMatchObject({
    type: "Downld",
    result: "FAIL",
    details: ["Failed to download file", "the line is dead"],
  });
  await panorama.op(words, serial);
  await panorama.advance(minutes(1));
  expect((await jobs()).jobs[0]).toMatchObject({ type: "Downld", result: "OK", progress: 100 });
  await firewall.force({ phase: "maintenance" });
  expect((await fetch(`${panorama.url}/devices/${serial}/jobs`)).status).toBe(409);
  expect((await fetch(`${panorama.url}/devices/${SECONDARY}9/jobs`)).status).toBe(404);
});

test("a time that was put forward stays so over a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "understudy-"));
  const uptime = async (panorama: PanoramaServer) =>
    /<uptime>(.*?)<\/uptime>/.exec((await panorama.op("<show><system><info/></system></show>")).xml)?.[1];
  try {
    for (const expected of [/^5 days, 7:00:/, /^5 days, 14:00:/]) {
      await using panorama = await startPanorama({ db: join(folder, "lab.db") });
      await panorama.advance(hours(7));
      expect(await uptime(panorama)).toMatch(expected);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
