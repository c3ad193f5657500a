import { type Duration, type Start, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { PairSite, PRIMARY } from "./a-pair.ts";

const INSTALL = "<request><system><software><install><version>11.1.0</version></install></software></system></request>";
const DOWNLOAD = INSTALL.replaceAll("install>", "download>");
const JOBS = "<show><jobs><all/></jobs></show>";
const UPTIME = "<show><system><info/></system></show>";
const SET = {
  type: "config",
  action: "set",
  xpath: "/config/shared/tag/entry[@name='t']",
  element: "<color>color1</color>",
};

/** The passive member loses power in the middle of an install, with an uncommitted change, and comes back. */
async function interrupted(comesBack: Start, away: Duration) {
  const pair = await PairSite.start();
  await pair.settled();
  const fw = (await pair.client()).for(PRIMARY);
  const ask = async (cmd: string) => (await pair.site.during(fw.op(cmd))).xml;
  await ask(DOWNLOAD);
  await pair.site.runFor(seconds(12));
  await pair.site.during(fw.call(SET));
  await ask(INSTALL);
  await pair.site.runFor(seconds(2));
  expect(pair.primary.state().phase).toBe("installing");
  await pair.site.cell.power.cut("primary");
  await pair.site.runFor(away);
  await pair.site.cell.power.on("primary", comesBack);
  await pair.site.until(() => pair.primary.state()["connected"] === true, "the firewall to be back");
  return { pair, ask, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

describe("a firewall in the middle of an install", () => {
  test("boots for real when its power comes back: no job, nothing staged, uptime 0, AutoCom", async () => {
    await using site = await interrupted("cold", seconds(1));
    const { pair, ask } = site;
    expect(pair.primary.state()).toMatchObject({ phase: "booting", ready: false, version: "10.5.1" });
    expect(await ask(UPTIME)).toContain("<uptime>0 days, 0:00:0");
    const jobs = await ask(JOBS);
    expect(jobs).toContain("<type>AutoCom</type>");
    expect(jobs).not.toContain("SWInstall");
    await pair.site.until(
      () => pair.roles === "passive/active" && pair.primary.state()["ready"] === true,
      "the return",
    );
    expect(pair.primary.state()["staged"]).toBeUndefined();
    expect(await ask("<check><pending-changes/></check>")).toContain("no");
  });

  test("goes on with it when the lab's process comes back", async () => {
    await using site = await interrupted("resumed", seconds(1));
    const { pair, ask } = site;
    expect(await ask(UPTIME)).toContain("<uptime>5 days");
    await pair.site.until(() => pair.primary.state()["staged"] === "11.1.0", "the install to end", seconds(5));
    expect(await ask("<check><pending-changes/></check>")).toContain("yes");
  });
});

test.each([
  ["is shut down", []],
  ["does not come back from a reboot", [{ device: "primary", operation: "reboot", error: "lost" }]],
] as const)(
  "a firewall that %s stays off when the lab comes back, and boots when it is switched on",
  async (_, faults) => {
    await using pair = await PairSite.start({ faults });
    await pair.settled();
    const { power } = pair.site.cell;
    const word = faults.length > 0 ? "restart" : "shutdown";
    await pair.site.during((await pair.client()).for(PRIMARY).op(`<request><${word}><system/></${word}></request>`));
    await pair.site.until(() => !power.isOn("primary"), "the firewall to be off");
    await power.on("primary", "resumed");
    expect(power.isOn("primary")).toBe(false);
    await power.on("primary");
    await pair.site.until(
      () => pair.roles === "passive/active" && pair.primary.state()["ready"] === true,
      "the return",
    );
  },
);
