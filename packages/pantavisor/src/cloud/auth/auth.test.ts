import { seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

test("a login answers one member, and the token says who it is", async () => {
  await using hub = await HubUnderTest.open();
  const told = await hub.ask("POST", "/auth/login", { value: { username: "user1", password: "user1" } });
  expect(Object.keys(told.json as object)).toEqual(["token"]);
  const { token } = told.json as { token: string };
  expect(token.length).toBeLessThanOrEqual(1016);
  expect(await hub.get("GET", "/auth/auth_status", { token })).toEqual({
    id: "user1",
    prn: "prn:pantahub.com:auth:/user1",
    nick: "user1",
    roles: "user",
    type: "USER",
    scopes: "prn:pantahub.com:apis:/base/all",
    exp: 1767229200,
    orig_iat: 1767225600,
  });
});

test("wrong credentials are 401 without an invitation to log in; no token is 401 with one", async () => {
  await using hub = await HubUnderTest.open();
  const wrong = await hub.ask("POST", "/auth/login", { value: { username: "user1", password: "x" } });
  expect([wrong.status, wrong.headers.some(([name]) => name === "WWW-Authenticate")]).toEqual([401, false]);
  const none = await hub.ask("GET", "/devices/");
  expect([none.status, none.text]).toEqual([401, '{"Error":"Not Authorized"}']);
  expect(none.headers).toContainEqual([
    "WWW-Authenticate",
    'JWT realm="pantahub services", ph-aeps="http://pantahub/auth"',
  ]);
});

test("a refresh keeps the claims and moves the end", async () => {
  await using hub = await HubUnderTest.open();
  const token = await hub.login();
  await hub.site.runFor(seconds(10));
  const again = String((await hub.get("GET", "/auth/login", { token })).token);
  expect(await hub.get("GET", "/auth/auth_status", { token: again })).toMatchObject({
    exp: 1767229210,
    orig_iat: 1767225600,
  });
});

test("without a User-Agent there is no login and no registration", async () => {
  await using hub = await HubUnderTest.open();
  const told = await hub.cloud.handler.handle({
    method: "POST",
    target: "/devices/",
    version: "1.0",
    headers: [],
    body: { kind: "empty" },
    via: { listener: "http", secure: false, port: 80, remote: "127.0.0.1" },
  });
  expect(told).toMatchObject({ status: 403, body: { value: { msg: "Incompatible Client; upgrade pantavisor" } } });
});

test("a scope that is missing is 403, with an error that makes pvr ask for credentials", async () => {
  await using hub = await HubUnderTest.open();
  const value = { username: "user1", password: "user1", scope: "devices.readonly" };
  const token = String((await hub.get("POST", "/auth/login", { value })).token);
  await hub.get("GET", "/devices/", { token });
  const told = await hub.ask("GET", "/trails/", { token });
  expect(told.status).toBe(403);
  expect(told.headers.find(([name]) => name === "WWW-Authenticate")?.[1]).toMatch(
    /^Bearer Realm=.*error="insufficient_scope"/,
  );
});

test("anybody may read as nobody in particular", async () => {
  await using hub = await HubUnderTest.open();
  const value = { username: "prn:pantahub.com:auth:/anon", password: "x", scope: "trails.readonly trails.write" };
  const token = String((await hub.get("POST", "/auth/login", { value })).token);
  expect(await hub.get("GET", "/auth/auth_status", { token })).toMatchObject({
    type: "USER",
    scopes: "prn:pantahub.com:apis:/base/trails.readonly",
    exp: 1767225900,
  });
});

test("an administrator can act as somebody else", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.device("user1");
  const token = await hub.login("admin==>user1", "admin");
  expect(await hub.get("GET", `/devices/${device.id}`, { token })).toMatchObject({ id: device.id });
  expect(
    (await hub.ask("POST", "/auth/login", { value: { username: "user2==>user1", password: "user2" } })).status,
  ).toBe(401);
});
