import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

test("a device that registers itself is claimed by whoever knows its challenge", async () => {
  await using hub = await HubUnderTest.open();
  const made = await hub.get("POST", "/devices/");
  expect(Object.keys(made)).toEqual([
    "id",
    "prn",
    "nick",
    "owner",
    "secret",
    "time-created",
    "time-modified",
    "challenge",
    "public",
    "user-meta",
    "device-meta",
    "garbage",
    "mark_public_processed",
  ]);
  expect(made).toMatchObject({ owner: "", nick: expect.stringMatching(/^__unregistered__[a-z]+_[a-z0-9]{10}$/) });
  expect(made.secret).toMatch(/^[a-z0-9]{15}$/);
  expect(made.challenge).toMatch(/^[a-z]+-[a-z]+-[a-z]+$/);

  const token = await hub.login();
  const target = `/devices/${made.id}`;
  expect((await hub.ask("PUT", `${target}?challenge=wrong`, { token })).status).toBe(403);
  const claimed = await hub.get("PUT", `${target}?challenge=${made.challenge}`, { token });
  expect(claimed).toMatchObject({ owner: "prn:pantahub.com:auth:/user1", "owner-nick": "user1", secret: made.secret });
  expect(claimed).not.toHaveProperty("challenge");
  expect(claimed.nick).toMatch(/^[a-z]+_[a-z]+_[a-z]+$/);

  const other = await hub.login("user2");
  expect((await hub.ask("PUT", `${target}?challenge=${made.challenge}`, { token: other })).status).toBe(403);
});

test("a join token makes devices of its owner, with its metadata, until it is disabled", async () => {
  await using hub = await HubUnderTest.open();
  const token = await hub.login();
  const join = await hub.get("POST", "/devices/tokens", { token, value: { "default-user-meta": { k: "v" } } });
  expect(join.token).toMatch(/^[A-Za-z0-9+/]{32}$/);
  const headers = [["Pantahub-Devices-Auto-Token-V1", String(join.token)]] as const;

  const joined = await hub.get("POST", "/devices/", { value: {}, headers });
  expect(joined).toMatchObject({ owner: "prn:pantahub.com:auth:/user1", "user-meta": { k: "v" } });
  expect(joined).not.toHaveProperty("challenge");

  const [listed] = (await hub.get("GET", "/devices/tokens", { token })) as unknown as Record<string, unknown>[];
  expect(listed).not.toHaveProperty("token");
  const one = `/devices/tokens/${join.id}`;
  expect(await hub.get("GET", one, { token })).toEqual(listed);
  const renamed = await hub.get("PATCH", one, { token, value: { nick: "line-1", "default-user-meta": { k: "w" } } });
  expect(renamed).toMatchObject({ nick: "line-1", "default-user-meta": { k: "w" }, id: join.id });
  expect(renamed).not.toHaveProperty("token");
  expect(await hub.get("POST", "/devices/", { value: {}, headers })).toMatchObject({ "user-meta": { k: "w" } });
  expect((await hub.ask("PATCH", one, { token, value: {} })).status).toBe(400);
  const other = await hub.login("user2");
  for (const method of ["GET", "PATCH"]) {
    expect((await hub.ask(method, one, { token: other, value: { nick: "x" } })).status).toBe(404);
    expect((await hub.ask(method, "/devices/tokens/none", { token, value: { nick: "x" } })).status).toBe(400);
  }
  expect(await hub.get("DELETE", `/devices/tokens/${join.id}`, { token })).toEqual({ status: "OK" });
  expect((await hub.ask("POST", "/devices/", { value: {}, headers })).status).toBe(400);
});

test("a device's metadata merge as the specification says, and nulls differ", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.device();
  const owner = await hub.login();
  const at = (kind: string) => `/devices/${device.id}/${kind}`;

  expect((await hub.ask("PATCH", at("device-meta"), { token: device.token, value: { a: 1, b: { c: 2 } } })).text).toBe(
    '{"status":"ok"}',
  );
  await hub.get("PATCH", at("device-meta"), { token: device.token, value: { a: null, "pantahub.state": "idle" } });
  expect((await hub.ask("PATCH", at("device-meta"), { token: owner, value: {} })).status).toBe(400);

  await hub.get("PATCH", at("user-meta"), { token: owner, value: { x: 1, y: 2 } });
  expect(await hub.get("PATCH", at("user-meta"), { token: owner, value: { y: null } })).toEqual({ y: null });
  expect((await hub.ask("PATCH", at("user-meta"), { token: device.token, value: {} })).status).toBe(400);
  expect(await hub.get("GET", at("user-meta"), { token: device.token })).toEqual({ x: 1, y: null });
  expect(await hub.get("GET", `/devices/${device.id}`, { token: owner })).toMatchObject({
    "user-meta": { x: 1, y: null },
    "device-meta": { b: { c: 2 }, "pantahub.state": "idle" },
  });
});

test("a deleted device is gone with its trail, and cannot log in", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.deviceWithTrail();
  const owner = await hub.login();
  expect((await hub.ask("DELETE", `/devices/${device.id}`, { token: await hub.login("user2") })).status).toBe(403);
  expect(await hub.get("DELETE", `/devices/${device.id}`, { token: owner })).toMatchObject({ garbage: true });
  expect((await hub.ask("GET", `/devices/${device.id}`, { token: owner })).status).toBe(404);
  expect(
    (await hub.ask("POST", "/auth/login", { value: { username: device.prn, password: device.secret } })).status,
  ).toBe(401);
  expect((await hub.ask("GET", `/trails/${device.id}`, { token: owner })).status).toBe(500);
});

test("a public device shows itself to others without secrets and metadata", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.device();
  const other = await hub.login("user2");
  expect((await hub.ask("GET", `/devices/${device.id}`, { token: other })).status).toBe(403);
  await hub.get("PUT", `/devices/${device.id}/public`, { token: await hub.login() });
  const seen = await hub.get("GET", `/devices/${device.id}`, { token: other });
  expect(seen).toMatchObject({ public: true, "user-meta": {}, "device-meta": {} });
  expect(seen).not.toHaveProperty("secret");
});

test("a user finds devices by their metadata; operators, and what strangers may not see, are no filters", async () => {
  await using hub = await HubUnderTest.open();
  const owner = await hub.login();
  const [one, two] = [await hub.device(), await hub.device()];
  await hub.get("PATCH", `/devices/${one.id}/user-meta`, { token: owner, value: { site: "lab" } });
  await hub.get("PATCH", `/devices/${two.id}/device-meta`, { token: two.token, value: { os: { name: "Linux" } } });
  const found = async (query: string): Promise<unknown> =>
    ((await hub.get("GET", `/devices/?${query}`, { token: owner })) as unknown as { id: string }[]).map(({ id }) => id);
  expect(await found("user-meta.site=lab")).toEqual([one.id]);
  expect(await found("user-meta.site=%5EL")).toEqual([one.id]);
  expect(await found("user-meta.site=!lab")).toEqual([two.id]);
  expect(await found("device-meta.os.name=Linux")).toEqual([two.id]);
  expect(await found("device-meta.os=Linux")).toEqual([]);

  expect((await hub.ask("GET", "/devices/?$where=1", { token: owner })).status).toBe(400);
  await hub.get("PUT", `/devices/${one.id}/public`, { token: owner });
  const stranger = { token: await hub.login("user2") };
  for (const query of ["user-meta.site=lab", "device-meta.os.name=x", "challenge=x", "secret=x"])
    expect((await hub.ask("GET", `/devices/?owner-nick=user1&${query}`, stranger)).status).toBe(400);
  expect(await hub.get("GET", "/devices/?owner-nick=user1&public=true", stranger)).toHaveLength(1);
});
