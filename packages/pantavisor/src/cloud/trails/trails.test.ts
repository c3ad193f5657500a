import { createHash } from "node:crypto";
import { binary } from "@understudy/kernel";
import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

const SPEC = { "#spec": "pantavisor-service-system@1" };
const IDLE_POLL =
  "?progress.status=%7B%22$in%22:%5B%22NEW%22,%22DOWNLOADING%22,%22INPROGRESS%22,%22TESTING%22,%22QUEUED%22%5D%7D";
const content = Buffer.from("hello\n");
const sha = createHash("sha256").update(content).digest("hex");

test("a revision with an object goes from its owner to the device and is done", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.deviceWithTrail();
  const owner = await hub.login();
  const steps = `/trails/${device.id}/steps`;
  const state = { ...SPEC, "app/root.squashfs": sha, "app/run.json": { b: 1, a: [2.5] } };

  expect((await hub.ask("POST", steps, { token: owner, value: { rev: -1, state } })).status).toBe(500);
  const object = await hub.ask("POST", "/objects/", {
    token: owner,
    value: { sha256sum: sha, size: "6", objectname: "x" },
  });
  expect(object.status).toBe(200);
  const { "signed-puturl": put } = object.json as { "signed-puturl": string };
  expect(put).toMatch(/^http:\/\/pantahub\/local-s3\/[^?]+$/);
  expect((await hub.ask("PUT", new URL(put).pathname, { body: binary(Buffer.from("hellO\n")) })).status).toBe(400);
  expect((await hub.ask("PUT", new URL(put).pathname, { body: binary(content) })).status).toBe(200);
  expect((await hub.ask("POST", "/objects/", { token: owner, value: { sha256sum: sha, size: "6" } })).status).toBe(409);

  const posted = await hub.ask("POST", steps, { token: owner, value: { rev: -1, "commit-msg": "m", state } });
  expect(posted.json).toMatchObject({ rev: 1, "trail-id": device.id, progress: { status: "NEW" } });
  expect(posted.text).toContain('"app/run.json":{"a":[2.5E0],"b":1}');
  expect(Object.keys(posted.json as object)).toEqual(Object.keys(posted.json as object).sort());

  const found = (await hub.get("GET", `${steps}${IDLE_POLL}`, { token: device.token })) as unknown as { rev: number }[];
  expect(found.map((step) => step.rev)).toEqual([1]);
  const objects = (await hub.get("GET", `${steps}/1/objects`, { token: device.token })) as unknown as Record<
    string,
    string
  >[];
  expect(objects).toMatchObject([{ objectname: "app/root.squashfs", size: "6", sizeint: 6, "signed-puturl": "" }]);
  const got = await hub.ask("GET", new URL(String(objects[0]?.["signed-geturl"])).pathname);
  expect(got.text).toBe("hello\n");

  const done = { status: "DONE", progress: 100, "status-msg": "Done" };
  await hub.get("PUT", `${steps}/1/progress`, { token: device.token, value: done });
  expect((await hub.ask("GET", `${steps}${IDLE_POLL}`, { token: device.token })).text).toBe("[]");
  expect(await hub.get("GET", `/trails/${device.id}/summary`, { token: owner })).toMatchObject({
    status: "DONE",
    revision: 1,
    "progress-revision": 1,
    "status-msg": "Done",
  });
});

test("the mocker's question for a revision that is not there gets an error that is no step", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.deviceWithTrail();
  const told = await hub.ask("GET", `/trails/${device.id}/steps/1`, { token: device.token });
  expect(told.status).toBe(500);
  expect(told.text).toMatch(/^\{"error":"REST-ERR-ID-\d{19}","msg":"No such step","code":500\}$/);
});

test("revisions are gapless, and each is posted once", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.deviceWithTrail();
  const token = await hub.login();
  const post = async (rev: number) =>
    (await hub.ask("POST", `/trails/${device.id}/steps`, { token, value: { rev, state: SPEC } })).status;
  expect(await post(2)).toBe(500);
  expect(await post(1)).toBe(200);
  expect(await post(1)).toBe(500);
  expect(await Promise.all([post(-1), post(-1), post(-1)])).toEqual([200, 200, 200]);
  const steps = (await hub.get("GET", `/trails/${device.id}/steps`, { token })) as unknown as { rev: number }[];
  expect(steps.map((step) => step.rev)).toEqual([1, 2, 3, 4]);
});

test("the belief in a lab device follows its registration, trail and progress", async () => {
  await using hub = await HubUnderTest.open();
  const { autoToken } = await hub.cloud.enrol({ id: "dev-1", index: 0, options: {} });
  expect(await hub.cloud.enrol({ id: "dev-1", index: 0, options: {} })).toEqual({ autoToken });
  expect(hub.cloud.belief("dev-1")).toBeUndefined();
  const headers = [["Pantahub-Devices-Auto-Token-V1", String(autoToken)]] as const;
  const made = await hub.get("POST", "/devices/", { value: {}, headers });
  expect(hub.cloud.belief("dev-1")).toEqual({ claimed: true, prn: made.prn });
  const before = hub.cloud.changes;

  const token = await hub.login(String(made.prn), String(made.secret));
  await hub.get("POST", "/trails/", { token, value: SPEC });
  expect(hub.cloud.belief("dev-1")).toEqual({ claimed: true, prn: made.prn, revision: "0", status: "DONE" });
  const owner = await hub.login();
  await hub.get("POST", `/trails/${made.id}/steps`, { token: owner, value: { rev: -1, state: SPEC } });
  await hub.get("PUT", `/trails/${made.id}/steps/1/progress`, { token, value: { status: "INPROGRESS", progress: 50 } });
  expect(hub.cloud.belief("dev-1")).toMatchObject({ revision: "0", status: "INPROGRESS" });
  await hub.get("PUT", `/trails/${made.id}/steps/1/progress`, { token, value: { status: "ERROR", progress: 100 } });
  expect(hub.cloud.belief("dev-1")).toMatchObject({ revision: "0", status: "ERROR" });
  expect([...hub.cloud.changed(before)]).toEqual(["dev-1"]);
  expect([...hub.cloud.changed(hub.cloud.changes)]).toEqual([]);

  await hub.site.cell.power.cut("pantahub");
  await hub.site.cell.power.on("pantahub");
  expect(hub.cloud.belief("dev-1")).toEqual({ claimed: true, prn: made.prn, revision: "0", status: "ERROR" });
});
