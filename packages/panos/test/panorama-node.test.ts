import { minutes, seconds } from "@understudy/kernel";
import { panos } from "@understudy/panos";
import { describe, expect, test } from "vitest";
import { jobsMessage } from "../src/wire/messages/job.ts";
import { writeXml } from "../src/wire/xml/write.ts";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

const INFO = "<show><system><info/></system></show>";
const software = (what: string, version: string) =>
  `<request><system><software><${what}><version>${version}</version></${what}></software></system></request>`;
const RESTART = "<request><restart><system/></restart></request>";

describe.each(["virtual", "sockets"] as const)("%s:", (mode) => {
  test("a Panorama that reboots refuses connections while its firewalls go on, and has them back afterwards", async () => {
    await using pair = await PairSite.start(
      { mode },
      { panorama: { current_version: "11.1.0", available_versions: ["11.1.2"] } },
    );
    await pair.settled();
    const panorama = await pair.client();
    const direct = await pair.client(pair.direct(0));
    const op = (cmd: string, client = panorama) => pair.site.during(client.op(cmd));
    await op(software("download", "11.1.2"));
    await pair.site.runFor(seconds(12));
    await op(software("install", "11.1.2"));
    await pair.site.runFor(seconds(7));
    await pair.site.during(
      panorama.call({
        type: "config",
        action: "set",
        xpath: "/config/shared/tag/entry[@name='lost']",
        element: "<color>color1</color>",
      }),
    );
    await op(RESTART);
    await pair.site.until(() => pair.primary.state()["connected"] === false, "Panorama to go down");

    await expect(op(INFO)).rejects.toMatchObject({ code: "refused" });
    expect((await op(INFO, direct)).ok).toBe(true);
    expect(pair.roles).toBe("active/passive");

    await pair.site.until(() => pair.isConnected, "the firewalls to be back");
    expect(writeXml((await op(INFO)).result).markup).toContain("<sw-version>11.1.2</sw-version>");
    expect((await op("<show><devices><connected/></devices></show>")).xml).toContain(PRIMARY);
    expect(
      await pair.site.during(panorama.call({ type: "config", action: "get", xpath: "/config/shared/tag" })),
    ).toMatchObject({ code: "7" });
  });
});

describe("rough use", () => {
  test("two installations at once: one goes on, the other fails", async () => {
    await using pair = await PairSite.start();
    await pair.settled();
    const firewall = (await pair.client()).for(PRIMARY);
    const op = (cmd: string) => pair.site.during(firewall.op(cmd));
    await op(software("download", "11.1.0"));
    await pair.site.runFor(seconds(12));
    const answers = await pair.site.during(
      Promise.all([firewall.op(software("install", "11.1.0")), firewall.op(software("install", "11.1.0"))]),
    );
    expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
    await pair.site.runFor(seconds(7));
    const jobs = jobsMessage.parse((await op("<show><jobs><all/></jobs></show>")).result) ?? [];
    expect(
      jobs
        .filter(({ type }) => type === "SWInstall")
        .map(({ result }) => result)
        .sort(),
    ).toEqual(["FAIL", "OK"]);
    expect(jobs.find(({ result }) => result === "FAIL")?.details).toContain(
      "The software manager is currently in use. Please try again later.",
    );
    expect(pair.primary.state()["staged"]).toBe("11.1.0");
  });

  test("many commits at once: one job, the others are told to wait", async () => {
    await using pair = await PairSite.start();
    await pair.settled();
    const firewall = (await pair.client()).for(PRIMARY);
    await pair.site.during(
      firewall.call({
        type: "config",
        action: "set",
        xpath: "/config/shared/tag/entry[@name='t']",
        element: "<color>color1</color>",
      }),
    );
    const answers = await pair.site.during(
      Promise.all(Array.from({ length: 5 }, () => firewall.call({ type: "commit", cmd: "<commit/>" }))),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter(({ ok }) => !ok).every(({ code }) => code === "13")).toBe(true);
    await pair.site.runFor(seconds(5));
    expect(
      await pair.site.during(firewall.call({ type: "config", action: "show", xpath: "/config/shared/tag/entry" })),
    ).toMatchObject({ ok: true });
  });

  test("a commit during an installation is refused, and a reboot during one ends it with nothing staged", async () => {
    await using pair = await PairSite.start();
    await pair.settled();
    const firewall = (await pair.client()).for(PRIMARY);
    const op = (cmd: string) => pair.site.during(firewall.op(cmd));
    await op(software("download", "11.1.0"));
    await pair.site.runFor(seconds(12));
    await op(software("install", "11.1.0"));
    await pair.site.during(
      firewall.call({
        type: "config",
        action: "set",
        xpath: "/config/shared/tag/entry[@name='t']",
        element: "<color>color1</color>",
      }),
    );
    expect((await pair.site.during(firewall.call({ type: "commit", cmd: "<commit/>" }))).text).toBe(
      "You cannot commit while an install is in progress. Please try again later.",
    );
    await op(RESTART);
    await pair.site.until(
      () => pair.primary.state()["ready"] === true && pair.primary.state().phase === "online",
      "the boot",
      minutes(2),
    );
    expect(pair.primary.state()).toMatchObject({ version: "10.5.1" });
    expect(pair.primary.state()["staged"]).toBeUndefined();
  });

  test.each([
    ["no XML", "show system info"],
    ["a document type", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><show>&b;</show>'],
    ["nesting without end", `${"<show>".repeat(300)}${"</show>".repeat(300)}`],
  ])("%s is told to be malformed, and the next command works", async (_, cmd) => {
    await using pair = await PairSite.start();
    await pair.settled();
    const firewall = (await pair.client()).for(PRIMARY);
    expect(await pair.site.during(firewall.op(cmd))).toMatchObject({ ok: false, code: "18" });
    expect((await pair.site.during(firewall.op(INFO))).ok).toBe(true);
  });

  test("megabytes are read and answered, more than ten are not taken", async () => {
    await using pair = await PairSite.start();
    await pair.settled();
    const firewall = (await pair.client()).for(PRIMARY);
    const long = (n: number) => `<show><system>${"<x/>".repeat(n)}</system></show>`;
    expect(await pair.site.during(firewall.op(long(500_000)))).toMatchObject({
      ok: false,
      code: "17",
      text: " show -> system -> x  is unexpected",
    });
    await expect(pair.site.during(firewall.op(long(2_000_000)))).rejects.toMatchObject({
      code: "http",
      details: { status: 413 },
    });
    expect((await pair.site.during(firewall.op(INFO))).ok).toBe(true);
  });

  test("an unknown serial is not connected", async () => {
    await using pair = await PairSite.start();
    await pair.settled();
    expect(await pair.site.during((await pair.client()).for("999").op(INFO))).toMatchObject({
      ok: false,
      text: "999 not connected",
    });
  });
});

describe("many firewalls at once", () => {
  test("a release is fetched by Panorama, handed to the firewalls and installed by them", async () => {
    await using pair = await PairSite.start();
    await pair.settled();
    const panorama = await pair.client();
    const op = (cmd: string) => pair.site.during(panorama.op(cmd));
    const batch = (what: string, more: string) =>
      op(`<request><batch><software><${what}><version>11.1.0</version>${more}</${what}></software></batch></request>`);
    expect((await op("<request><batch><software><check/></software></batch></request>")).xml).toContain(
      "<version>11.1.0</version>",
    );
    expect((await batch("upload-install", `<devices>${PRIMARY}</devices>`)).text).toBe(
      "Image 11.1.0 has not been downloaded",
    );
    await batch("download", "");
    await pair.site.runFor(seconds(12));
    expect((await batch("upload-install", `<devices>${PRIMARY},999</devices>`)).ok).toBe(true);
    await pair.site.runFor(seconds(7));
    expect(pair.primary.state()["staged"]).toBe("11.1.0");
    const [job] = jobsMessage.parse((await op("<show><jobs><all/></jobs></show>")).result) ?? [];
    expect(job).toMatchObject({
      type: "Install",
      result: "FAIL",
      devices: [
        { serial: PRIMARY, result: "OK" },
        { serial: "999", result: "FAIL", errors: ["999 not connected"] },
      ],
    });
  });

  test.each([
    ["content", "8795-8489", "app-version"],
    ["anti-virus", "5001-5511", "av-version"],
    ["wildfire", "800001-803001", "wildfire-version"],
  ])("%s is fetched by Panorama, handed to the firewalls and installed by them", async (word, version, told) => {
    await using pair = await PairSite.start();
    await pair.settled();
    const panorama = await pair.client();
    const batch = (order: string) =>
      pair.site.during(panorama.op(`<request><batch><${word}>${order}</${word}></batch></request>`));
    const install = `<upload-install><file>update-${version}</file><devices>${PRIMARY},999</devices></upload-install>`;
    expect((await batch("<check/>")).xml).toMatch(new RegExp(`<version>${version}</version>.*<downloaded>no<`));
    expect((await batch(install)).text).toBe(`Image ${version} has not been downloaded`);
    expect((await batch("<download><latest/></download>")).text).toMatch(/Download job enqueued with jobid \d/);
    await pair.site.runFor(seconds(3));
    expect((await batch("<info/>")).xml).toMatch(new RegExp(`<version>${version}</version>.*?<downloaded>yes<`));
    expect((await batch(install)).ok).toBe(true);
    const newest = async () => {
      const { result } = await pair.site.during(panorama.op("<show><jobs><all/></jobs></show>"));
      return jobsMessage.parse(result)?.[0];
    };
    expect(await newest()).toMatchObject({ status: "ACT", devices: [{ result: "PEND" }, { result: "FAIL" }] });
    await pair.site.runFor(seconds(4));
    expect(await newest()).toMatchObject({ status: "FIN", devices: [{ result: "OK" }, { result: "FAIL" }] });
    const { xml } = await pair.site.during(panorama.for(PRIMARY).op(INFO));
    expect(xml).toContain(`<${told}>${version}</${told}>`);
  });

  test("the job tells why a firewall has failed, and an upload alone installs nothing", async () => {
    const faults = [{ family: "panos", device: "primary", operation: "install", error: "corrupt image" }];
    await using pair = await PairSite.start({ faults });
    await pair.settled();
    const panorama = await pair.client();
    const op = (cmd: string) => pair.site.during(panorama.op(cmd));
    const batch = (order: string) => op(`<request><batch><software>${order}</software></batch></request>`);
    await batch("<download><version>11.1.0</version></download>");
    await pair.site.runFor(seconds(12));
    const to = (serial: string, more = "") =>
      batch(`<upload-install><version>11.1.0</version><devices>${serial}</devices>${more}</upload-install>`);
    await to(PRIMARY);
    await to(SECONDARY, "<uploadonly>yes</uploadonly>");
    await pair.site.runFor(seconds(10));
    const jobs = jobsMessage.parse((await op("<show><jobs><all/></jobs></show>")).result) ?? [];
    expect(jobs.slice(0, 2)).toMatchObject([
      { result: "OK", devices: [{ serial: SECONDARY, result: "OK", status: "install succeeded" }] },
      { result: "FAIL", devices: [{ serial: PRIMARY, result: "FAIL" }] },
    ]);
    expect(jobs[1]?.devices?.[0]?.errors).toContain("corrupt image");
    expect(pair.secondary.state()["staged"]).toBeUndefined();
    const list = "<request><system><software><info/></software></system></request>";
    const { xml } = await pair.site.during(panorama.for(SECONDARY).op(list));
    expect(xml).toMatch(/<version>11\.1\.0<\/version>.*?<downloaded>yes</);
  });

  test("actions of the family order firewalls about", async () => {
    await using pair = await PairSite.start();
    await pair.settled();
    const act = (action: string, args = {}) =>
      pair.site.during(pair.site.cell.act(panos, "panorama", action, args, ["primary"]));
    await act("suspend");
    await pair.site.until(() => pair.roles === "suspended/active", "the failover");
    expect(JSON.stringify(await act("op", { cmd: INFO }))).toContain("fw-ha-primary");
    await expect(act("frobnicate")).rejects.toMatchObject({ code: "unknown-action" });
    await expect(act("op", { cmd: "<show><frobnicator/></show>" })).rejects.toMatchObject({ code: "refused" });
  });
});

test("one of two Panoramas says so", async () => {
  await using pair = await PairSite.start({}, { panorama: { ha_enabled: true } });
  await pair.settled();
  const reply = await pair.site.during(
    (await pair.client()).op("<show><high-availability><state/></high-availability></show>"),
  );
  expect(reply.xml).toMatch(
    /<enabled>yes<\/enabled><local-info>.*<state>primary-active<\/state>.*<running-sync>synchronized/s,
  );
});
