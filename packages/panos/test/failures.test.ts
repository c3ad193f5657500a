import { type FaultRule, minutes, seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { jobsMessage } from "../src/wire/messages/job.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

const INFO = "<show><system><info/></system></show>";
const software = (what: string, version = "11.1.0") =>
  `<request><system><software><${what}><version>${version}</version></${what}></software></system></request>`;
const rule = (operation: string, error: string, more: Partial<FaultRule> = {}): FaultRule => ({
  family: "panos",
  device: "primary",
  operation,
  error,
  ...more,
});

async function aFirewall(...faults: FaultRule[]) {
  const pair = await PairSite.start({ faults });
  await pair.settled();
  const panorama = (await pair.client()).for(PRIMARY);
  const direct = await pair.client(pair.direct(0));
  const op = (cmd: string, client = panorama) => pair.site.during(client.op(cmd));
  const lastJob = async () => jobsMessage.parse((await op("<show><jobs><all/></jobs></show>")).result)?.[0];
  return { pair, direct, op, lastJob, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

test.each([
  ["http 503", { code: "http", details: { status: 503 } }],
  ["malformed", { code: "malformed" }],
  ["truncated", { code: "closed" }],
  ["reset", { code: "reset" }],
  ["close", { code: "closed" }],
  ["hang", { code: "timeout" }],
])("a request under the fault %s", async (error, expected) => {
  await using firewall = await aFirewall(rule("request", error, { nth: 1 }));
  await expect(firewall.op(INFO, firewall.direct)).rejects.toMatchObject(expected);
  expect(await firewall.op(INFO, firewall.direct)).toMatchObject({ ok: true });
});

test.each([
  ["forbidden", { ok: false, code: "403" }],
  ["unauthorized", { ok: false, code: "16" }],
  ["session timed out", { ok: false, code: "22", text: "Session timed out" }],
  ["the disk is on fire", { ok: false, code: "2", text: "the disk is on fire" }],
])("a request that is answered %s, directly and through Panorama", async (error, expected) => {
  await using firewall = await aFirewall(rule("request", error, { times: 2 }));
  expect(await firewall.op(INFO, firewall.direct)).toMatchObject(expected);
  expect(await firewall.op(INFO)).toMatchObject(expected);
});

test("a slow answer is an answer", async () => {
  await using firewall = await aFirewall({ device: "primary", operation: "request", delay: seconds(5), nth: 1 });
  const before = firewall.pair.site.cell.ground.time.now();
  expect(await firewall.op(INFO)).toMatchObject({ ok: true });
  expect(firewall.pair.site.cell.ground.time.now() - before).toBeGreaterThanOrEqual(5000);
});

test("a download that is stuck at 99 % stays there until it is stopped", async () => {
  await using firewall = await aFirewall(rule("download", "stuck at 99 %"));
  await firewall.op(software("download"));
  await firewall.pair.site.runFor(minutes(10));
  expect(await firewall.lastJob()).toMatchObject({ status: "ACT", progress: 99 });
  await firewall.op("<clear><job><id>2</id></job></clear>");
  expect(await firewall.lastJob()).toMatchObject({ status: "FIN", result: "FAIL", details: ["Job is stopped"] });
});

test("a download that fails does so after some of its time, with the words it was given", async () => {
  await using firewall = await aFirewall(rule("download", "Connection timeout"));
  await firewall.op(software("download"));
  await firewall.pair.site.runFor(seconds(5));
  expect(await firewall.lastJob()).toMatchObject({ status: "ACT" });
  await firewall.pair.site.runFor(seconds(2));
  expect(await firewall.lastJob()).toMatchObject({
    result: "FAIL",
    details: ["Failed to download file", "Connection timeout"],
  });
});

test("a full disk is told at once", async () => {
  await using firewall = await aFirewall(rule("download", "disk full"));
  expect(await firewall.op(software("download"))).toMatchObject({ ok: false, text: "Insufficient disk space" });
});

test("an update server that cannot be reached is told in the words clients know", async () => {
  await using firewall = await aFirewall(rule("check", "unreachable"));
  expect((await firewall.op("<request><system><software><check/></software></system></request>")).text).toBe(
    "Failed to check upgrade info due to Unknown error. Please check network connectivity and try again.",
  );
  expect((await firewall.op("<request><support><check/></support></request>")).text).toBe(
    "Failed to check support info due to Unknown error. Please check network connectivity and try again.",
  );
});

test.each([
  ["comes back on the old version", "wrong version", { phase: "online", version: "10.5.1", ready: true }],
  ["stays in maintenance mode", "maintenance mode", { phase: "maintenance", version: "10.5.1", connected: false }],
  [
    "never becomes ready",
    "commit failed after upgrade",
    { phase: "online", version: "11.1.0", ready: false, haState: "initial" },
  ],
])("a firewall that %s", async (_, error, state) => {
  await using firewall = await aFirewall(rule("boot", error));
  await firewall.op(software("download"));
  await firewall.pair.site.runFor(seconds(11));
  await firewall.op(software("install"));
  await firewall.pair.site.runFor(seconds(6));
  await firewall.op("<request><restart><system/></restart></request>");
  await firewall.pair.site.runFor(minutes(1));
  expect(firewall.pair.primary.state()).toMatchObject(state);
  expect(firewall.pair.secondary.state()).toMatchObject({ haState: "active" });
});

test("a member whose monitored path goes down hands over", async () => {
  await using firewall = await aFirewall(rule("ha-monitor", "path down", { delay: seconds(5) }));
  await firewall.pair.site.runFor(seconds(6));
  expect(firewall.pair.roles).toBe("non-functional/active");
});

test("expired licences are told with a date that is past", async () => {
  await using firewall = await aFirewall(rule("license", "expired"));
  expect((await firewall.op("<request><license><info/></license></request>")).xml).toMatch(
    /<expires>January 01, 2020<\/expires><expired>yes/,
  );
});

test("an installation without its image fails in the words of PAN-OS, after a reply that has its job first", async () => {
  await using firewall = await aFirewall();
  expect((await firewall.op(software("install"))).xml).toMatch(
    /<\/msg><job>2<\/job><status>success<\/status><\/result>/,
  );
  expect((await firewall.lastJob())?.details).toEqual([
    "Failed to install 11.1.0 with the following errors.",
    "SW version is 11.1.0",
    "Error: image 11.1.0 is not loaded",
    "Failed to install   version  11.1.0  type  panos",
  ]);
});
