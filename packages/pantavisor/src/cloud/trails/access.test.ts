import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

const SPEC = { "#spec": "pantavisor-service-system@1" };

async function aTrail() {
  const hub = await HubUnderTest.open();
  const device = await hub.deviceWithTrail();
  const owner = await hub.login();
  const steps = `/trails/${device.id}/steps`;
  await hub.get("POST", steps, { token: owner, value: { rev: -1, "commit-msg": "one", state: SPEC } });
  const asked = async (method: string, path: string, token: string, value?: unknown) =>
    (await hub.ask(method, path, { token, ...(value !== undefined && { value }) })).status;
  return { hub, device, owner, steps, asked };
}

const READS = [
  "",
  "/.pvrremote",
  "/summary",
  "/steps/1",
  "/steps/1/state",
  "/steps/1/meta",
  "/steps/1/objects",
  "/steps/1/.pvrremote",
];

test("a private trail is its owner's and its device's", async () => {
  const { hub, device, owner, steps, asked } = await aTrail();
  await using _ = hub;
  const stranger = await hub.login("user2");
  const sibling = (await hub.device()).token;
  for (const path of READS) {
    expect([path, await asked("GET", `/trails/${device.id}${path}`, owner)]).toEqual([path, 200]);
    const expected =
      path.endsWith(".pvrremote") || path.endsWith("state") || path.endsWith("summary") || path.endsWith("meta")
        ? 403
        : path.endsWith("objects")
          ? 404
          : 500;
    expect([path, await asked("GET", `/trails/${device.id}${path}`, stranger)]).toEqual([path, expected]);
  }
  expect((await hub.ask("GET", steps, { token: stranger })).text).toBe("[]");
  expect((await hub.ask("GET", steps, { token: sibling })).text).toBe("[]");
  expect(await asked("POST", steps, stranger, { rev: -1, state: SPEC })).toBe(403);
  expect(await asked("POST", steps, sibling, { rev: -1, state: SPEC })).toBe(403);
  expect(await asked("GET", "/trails/65f0c1a2b3c4d5e6f7a8b9c0/steps", owner)).toBe(500);
});

test("a public trail is read by everybody with a token, and written by none of them", async () => {
  const { hub, device, owner, steps, asked } = await aTrail();
  await using _ = hub;
  await hub.get("PUT", `/devices/${device.id}/public`, { token: owner });
  const value = { username: "prn:pantahub.com:auth:/anon", password: "-", scope: "trails.readonly devices.readonly" };
  const { token: anonymous } = await hub.get("POST", "/auth/login", { value });
  for (const path of READS)
    expect([path, await asked("GET", `/trails/${device.id}${path}`, anonymous)]).toEqual([path, 200]);
  expect(((await hub.get("GET", steps, { token: anonymous })) as unknown as object[]).length).toBe(1);
  const stranger = await hub.login("user2");
  expect(await asked("POST", steps, stranger, { rev: -1, state: SPEC })).toBe(403);
  expect(await asked("PUT", `${steps}/1/state`, stranger, SPEC)).toBe(403);
  expect(await asked("PUT", `${steps}/1/cancel`, stranger)).toBe(400);
  await hub.get("DELETE", `/devices/${device.id}/public`, { token: owner });
  expect(await asked("GET", `/trails/${device.id}/steps/1`, anonymous)).toBe(500);
});

test("the owner changes a step until the device has seen it", async () => {
  const { hub, device, owner, steps, asked } = await aTrail();
  await using _ = hub;
  const before = await hub.get("GET", `${steps}/1`, { token: owner });
  expect(
    await hub.get("PUT", `${steps}/1/state`, { token: owner, value: { ...SPEC, "b.json": 1, "a.json": 2 } }),
  ).toEqual({ ...SPEC, "b.json": 1, "a.json": 2 });
  const after = await hub.get("GET", `${steps}/1`, { token: owner });
  expect(after["state-sha"]).not.toBe(before["state-sha"]);
  expect(await hub.get("PUT", `${steps}/1/meta`, { token: owner, value: { k: 1 } })).toEqual({ k: 1 });
  expect(await asked("PUT", `${steps}/1/meta`, device.token, { k: 1 })).toBe(403);
  expect(await asked("PUT", `${steps}/1/state`, owner, { "#spec": "other" })).toBe(500);
  await hub.get("PUT", `${steps}/1/progress`, { token: device.token, value: { status: "QUEUED" } });
  expect(await asked("PUT", `${steps}/1/state`, owner, SPEC)).toBe(500);
});

test("the owner takes a new step back, and gives one up that is in progress", async () => {
  const { hub, device, owner, steps, asked } = await aTrail();
  await using _ = hub;
  expect(await asked("PUT", `${steps}/1/wontgo`, owner)).toBe(400);
  expect(await hub.get("PUT", `${steps}/1/cancel`, { token: owner })).toMatchObject({
    status: "CANCEL",
    progress: 100,
    "status-msg": "Cancel as requested by owner",
  });
  expect(await asked("PUT", `${steps}/1/cancel`, owner)).toBe(400);
  await hub.get("POST", steps, { token: owner, value: { rev: -1, state: SPEC } });
  await hub.get("PUT", `${steps}/2/progress`, { token: device.token, value: { status: "INPROGRESS" } });
  expect(await hub.get("PUT", `${steps}/2/wontgo`, { token: owner })).toMatchObject({
    status: "WONTGO",
    "status-msg": "Mark as WONTGO as requested by owner",
  });
});

test("progress is the device's own to tell", async () => {
  const { hub, device, owner, steps, asked } = await aTrail();
  await using _ = hub;
  const value = { status: "DONE", progress: 100 };
  expect(await asked("PUT", `${steps}/1/progress`, owner, value)).toBe(403);
  expect(await asked("PUT", `${steps}/1/progress`, (await hub.device()).token, value)).toBe(400);
  expect(await asked("PUT", `${steps}/7/progress`, device.token, value)).toBe(400);
  expect(await asked("PUT", `${steps}/1/progress`, device.token, { status: 7 })).toBe(400);
  expect(await asked("PUT", `${steps}/1/progress`, device.token, { progress: 1.5 })).toBe(400);
  expect(await asked("GET", `${steps}/1/progress`, device.token)).toBe(405);
});

test("what a list of steps shows by default depends on who asks", async () => {
  const { hub, device, owner, steps } = await aTrail();
  await using _ = hub;
  await hub.get("POST", steps, { token: owner, value: { rev: -1, state: SPEC } });
  await hub.get("PUT", `${steps}/1/progress`, { token: device.token, value: { status: "ERROR" } });
  const revs = async (token: string, query = "") =>
    ((await hub.get("GET", `${steps}${query}`, { token })) as unknown as { rev: number }[]).map((step) => step.rev);
  expect(await revs(owner)).toEqual([1, 2]);
  expect(await revs(device.token)).toEqual([2]);
  expect(await revs(owner, "?progress.status=ERROR")).toEqual([1]);
  expect(await revs(owner, "?progress.status=%7B%22$exists%22:true%7D&page[size]=2&page[offset]=1")).toEqual([1, 2]);
  const [step] = (await hub.get("GET", `${steps}?fields=rev`, { token: owner })) as unknown as [
    Record<string, unknown>,
  ];
  expect(step).toMatchObject({ rev: 1, state: {}, "commit-msg": "", "time-created": "0001-01-01T00:00:00Z" });
});

test("a status that goes back is counted right", async () => {
  const { hub, device, owner, steps } = await aTrail();
  await using _ = hub;
  const put = (rev: number, status: string) =>
    hub.get("PUT", `${steps}/${rev}/progress`, { token: device.token, value: { status } });
  const summary = () => hub.get("GET", `/trails/${device.id}/summary`, { token: owner });
  await put(1, "DONE");
  expect(await summary()).toMatchObject({ "progress-revision": 1, status: "DONE" });
  await put(1, "NEW");
  expect(await summary()).toMatchObject({ "progress-revision": 0, status: "DONE" });
  await put(0, "NEW");
  expect(await summary()).toMatchObject({ "progress-revision": 0, status: "" });
  const open = (await hub.get("GET", `${steps}?progress.status=NEW`, { token: device.token })) as unknown as object[];
  expect(open.length).toBe(2);
});

test("states that are none are refused, and nothing is stored", async () => {
  const { hub, owner, steps, asked } = await aTrail();
  await using _ = hub;
  const bad = [
    { a: 1 },
    { "#spec": 7 },
    { ...SPEC, a: "0".repeat(64) },
    { ...SPEC, a: 7 },
    { ...SPEC, "../a": "0".repeat(64) },
  ];
  for (const state of bad) expect(await asked("POST", steps, owner, { rev: -1, state })).toBe(500);
  expect(await asked("POST", steps, owner, { rev: 1.5, state: {} })).toBe(400);
  expect(await asked("POST", steps, owner, { rev: -1, state: {} })).toBe(200);
  expect(await hub.get("GET", `${steps}/2`, { token: owner })).toMatchObject({
    state: {},
    "state-sha": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  });
});

test("pvr finds a device by the names of its owner and its own", async () => {
  const { hub, device, owner } = await aTrail();
  await using _ = hub;
  const { nick } = await hub.get("GET", `/devices/${device.id}`, { token: owner });
  expect(await hub.get("GET", `/user1/${String(nick)}/.pvrremote`, { token: owner })).toMatchObject({
    "json-get-url": `http://pantahub/trails/${device.id}/steps/1/state`,
  });
  expect(await hub.get("GET", `/user1/${String(nick)}/0/.pvrremote`, { token: owner })).toMatchObject({
    "post-fields": ["msg"],
  });
  expect((await hub.ask("GET", `/user1/${String(nick)}/.pvrremote`, { token: await hub.login("user2") })).status).toBe(
    403,
  );
});

test("a trail is created once, by its device, when it has an owner", async () => {
  const { hub, device, owner, asked } = await aTrail();
  await using _ = hub;
  expect(await asked("POST", "/trails/", device.token, SPEC)).toBe(500);
  expect(await asked("POST", "/trails/", owner, SPEC)).toBe(403);
  const fresh = await hub.get("POST", "/devices/");
  const token = await hub.login(fresh.prn, fresh.secret);
  expect(await asked("POST", "/trails/", token, SPEC)).toBe(403);
  await hub.get("PUT", `/devices/${fresh.id}?challenge=${fresh.challenge}`, { token: owner });
  expect(await asked("POST", "/trails/", token, SPEC)).toBe(403);
  expect(await asked("POST", "/trails/", await hub.login(fresh.prn, fresh.secret), SPEC)).toBe(200);
});
