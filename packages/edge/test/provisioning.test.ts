import { jsonReply, minutes, seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { bearerOf, EXCHANGE, REGISTER, REGISTERED, REPORT, STATE, scriptedSite, UUID } from "./scripted-cloud.ts";

const ID = "edge-0";

test("a cloud that is busy is asked again with growing waits, six times, then every five minutes", async () => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  cloud.on(REGISTER, 503, 500, 429, 503, 503, 503, 503, REGISTERED).on(EXCHANGE, 200);
  await site.cell.power.on(ID);
  await site.until(() => device.state()["provisioned"] === true, "provisioning");
  const at = cloud.seen.filter(({ line }) => line === REGISTER).map((request) => request.at);
  const waits = at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / 1_000);
  expect(waits.map((wait, index) => Math.abs(wait / ([1, 2, 4, 8, 16, 300, 300][index] ?? 1) - 1) <= 0.3)).toEqual(
    waits.map(() => true),
  );
  const bodies = new Set(cloud.seen.filter(({ line }) => line === REGISTER).map(({ body }) => JSON.stringify(body)));
  expect(bodies.size).toBe(1);
});

test.each([400, 401, 403])("status %i is an answer: nothing is tried again, also after a restart", async (status) => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  cloud.on(REGISTER, status);
  await site.cell.power.on(ID);
  await site.until(() => device.state().phase === "refused", "the refusal");
  await site.runFor(minutes(30));
  await site.cell.power.cut(ID);
  await site.cell.power.on(ID);
  await site.runFor(minutes(30));
  expect(cloud.count(REGISTER)).toBe(1);
  expect(device.state().phase).toBe("refused");
});

test("an older cloud is found by its paths, which are remembered", async () => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  const older = `POST /api/v1/device/${UUID}/key-exchange`;
  cloud.on("POST /api/v1/device/register", 503, REGISTERED).on(older, 200);
  await site.cell.power.on(ID);
  await site.until(() => device.state()["provisioned"] === true, "provisioning");
  expect([cloud.count(REGISTER), cloud.count("POST /api/v1/device/register"), cloud.count(older)]).toEqual([1, 2, 1]);
});

test("a crash after the registration was stored does not register again", async () => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  cloud.on(REGISTER, REGISTERED).on(EXCHANGE, { outcome: "hang" });
  await site.cell.power.on(ID);
  await site.until(() => cloud.count(EXCHANGE) === 1, "the key exchange");
  await site.cell.power.cut(ID, "lost");
  cloud.on(EXCHANGE, 200);
  await site.cell.power.on(ID);
  await site.until(() => device.state()["provisioned"] === true, "provisioning");
  expect(cloud.count(REGISTER)).toBe(1);
});

test("a crash before it was stored registers again as the same device", async () => {
  const { site, cloud } = await scriptedSite({}, ["uuid"]);
  await using _ = site;
  cloud.on(REGISTER, { outcome: "hang" });
  await site.cell.power.on(ID);
  await site.until(() => cloud.count(REGISTER) === 1, "the registration");
  await site.cell.power.cut(ID, "lost");
  cloud.on(REGISTER, REGISTERED);
  await site.cell.power.on(ID);
  await site.until(() => cloud.count(REGISTER) === 2, "the registration again");
  const [first, second] = cloud.seen.map(({ body }) => body);
  expect(second).toEqual(first);
});

test("a conflict is settled by proving the device's own key", async () => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  cloud.on(REGISTER, 409).on(EXCHANGE, 200).on(STATE, 404);
  await site.cell.power.on(ID);
  await site.until(() => device.state()["provisioned"] === true, "provisioning");
  const exchange = cloud.seen.find(({ line }) => line === EXCHANGE);
  expect(bearerOf(exchange)).toBe(`Bearer ${String(exchange?.body["deviceApiKey"])}`);
});

test("a conflict that cannot be settled is a refusal", async () => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  cloud.on(REGISTER, 409).on(EXCHANGE, 401);
  await site.cell.power.on(ID);
  await site.until(() => device.state().phase === "refused", "the refusal");
  expect(site.events.ofSource(ID).at(-1)).toMatchObject({ type: "refused", about: { status: 409 } });
});

test("once provisioned, the provisioning key is nowhere on the device", async () => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  cloud.on(REGISTER, REGISTERED).on(EXCHANGE, 200).on(STATE, 404);
  await site.cell.power.on(ID);
  await site.until(() => device.state()["provisioned"] === true, "provisioning");
  const { storage } = site.cell.power.worldOf(ID);
  expect(await storage.readText("agent/device.json")).not.toContain("fleet-key");
});

test("without a key it waits; without a cloud it stays by itself", async () => {
  const keyless = await scriptedSite({}, ["provisioningApiKey"]);
  await using one = keyless.site;
  await one.cell.power.on(ID);
  await one.runFor(minutes(10));
  expect([keyless.device.state().phase, keyless.cloud.seen]).toEqual(["unprovisioned", []]);

  const alone = await scriptedSite({}, ["cloudApiEndpoint"]);
  await using two = alone.site;
  await two.cell.power.on(ID);
  await two.runFor(minutes(10));
  expect([alone.device.state().phase, alone.device.state()["provisioned"]]).toEqual(["local", false]);
});

test("polls are conditional, and the tag outlasts a restart", async () => {
  const { site, cloud } = await scriptedSite();
  await using _ = site;
  const target = jsonReply({ [UUID]: { apps: {}, config: {}, version: 5 } }, 200, [["ETag", '"five"']]);
  const unchanged = { status: 304, headers: [["ETag", '"five"']], body: { kind: "empty" } } as const;
  cloud.on(REGISTER, REGISTERED).on(EXCHANGE, 200).on(REPORT, 200).on(STATE, target, unchanged);
  await site.cell.power.on(ID);
  await site.until(() => cloud.count(STATE) === 3, "three polls");
  await site.cell.power.cut(ID);
  await site.cell.power.on(ID);
  await site.until(() => cloud.count(STATE) === 4, "a poll after the restart");
  const tags = cloud.seen
    .filter(({ line }) => line === STATE)
    .map(({ headers }) => headers.find(([name]) => name === "If-None-Match")?.[1]);
  expect(tags).toEqual([undefined, '"five"', '"five"', '"five"']);
});

test("where there is no broker, reports go by HTTP; where there is nothing, they wait and come in order", async () => {
  const { site, cloud, device } = await scriptedSite({ metricsIntervalMs: 60_000, reportIntervalMs: 60_000 });
  await using _ = site;
  const target = jsonReply({ [UUID]: { apps: {}, config: {}, version: 1 } });
  cloud.on(REGISTER, REGISTERED).on(EXCHANGE, 200).on(STATE, target).on(REPORT, 200);
  await site.cell.power.on(ID);
  await site.until(() => cloud.count(REPORT) === 2, "two reports");
  expect(device.state()["mqtt"]).toBe(false);
  cloud.on(REPORT, 500);
  await site.until(() => device.state().phase === "offline", "three failures");
  const failed = cloud.seen.length;
  cloud.on(REPORT, 200);
  await site.until(() => device.state().phase === "online", "recovery");
  await site.runFor(seconds(1));
  const after = cloud.seen
    .slice(failed)
    .filter(({ line }) => line === REPORT)
    .map(({ body }) => body[UUID] as Record<string, unknown>);
  const stamps = after.map((report) => report["reported_at"]);
  expect(stamps[0]).toBeUndefined();
  expect(stamps.slice(1).length).toBeGreaterThanOrEqual(3);
  expect(stamps.slice(1)).toEqual(stamps.slice(1).toSorted((a, b) => Number(a) - Number(b)));
});

test("a key that the cloud no longer takes makes the device rest", async () => {
  const { site, cloud, device } = await scriptedSite();
  await using _ = site;
  cloud.on(REGISTER, REGISTERED).on(EXCHANGE, 200).on(REPORT, 401).on(STATE, 401);
  await site.cell.power.on(ID);
  await site.until(() => device.state().phase === "auth-failed", "the refusal");
  const polls = cloud.count(STATE);
  await site.runFor(minutes(14));
  expect(cloud.count(STATE)).toBe(polls);
});
