import { minutes, seconds } from "@understudy/kernel";
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

test("a token that has run out, is forged, foreign or of another kind is no token", async () => {
  await using hub = await HubUnderTest.open();
  await using foreign = await HubUnderTest.open({}, 2);
  const token = await hub.login();
  const [head = "", body = "", signature = ""] = token.split(".");
  const admin = Buffer.from(Buffer.from(body, "base64url").toString().replaceAll("user1", "admin")).toString(
    "base64url",
  );
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  const object = await hub.get("POST", "/objects/", { token, value: { sha256sum: "0".repeat(64) } });
  const { "next-cursor": cursor } = await hub.get("GET", "/logs/?cursor=true", { token });
  const ticket = String(object["signed-geturl"]).split("/").at(-1) ?? "";
  const bad = [
    `${head}.${admin}.${signature}`,
    `${none}.${admin}.`,
    `${head}.${body}`,
    await foreign.login(),
    ticket,
    String(cursor),
    ` ${token}`,
  ];
  for (const given of bad) expect((await hub.ask("GET", "/devices/", { token: given })).status).toBe(401);
  expect((await hub.ask("GET", `/local-s3/${token}`)).status).toBe(403);
  expect((await hub.ask("POST", "/logs/cursor", { token, value: { "next-cursor": token } })).status).toBe(403);
  const lower = [["Authorization", `bearer ${token}`]] as const;
  expect((await hub.ask("GET", "/devices/", { headers: lower })).status).toBe(401);

  await hub.site.runFor(minutes(60));
  expect((await hub.ask("GET", "/devices/", { token })).status).toBe(401);
  expect((await hub.ask("GET", "/auth/login", { token })).status).toBe(401);
});

test("a token can be refreshed for a day, not longer", async () => {
  await using hub = await HubUnderTest.open();
  let token = await hub.login();
  for (let hour = 0; hour < 24; hour++) {
    await hub.site.runFor(minutes(59));
    token = (await hub.get("GET", "/auth/login", { token })).token;
  }
  await hub.site.runFor(minutes(30));
  expect((await hub.ask("GET", "/auth/login", { token })).status).toBe(401);
});

test("tokens stay short enough for the C client's buffer, whatever names are used", async () => {
  await using hub = await HubUnderTest.open();
  const owner = await hub.login();
  const nick = "n".repeat(128);
  const device = await hub.get("POST", "/devices/", { token: owner, value: { nick } });
  const scope = Array.from({ length: 12 }, () => "prn:pantahub.com:apis:/base/all").join(" ");
  expect((await hub.login(device.prn, device.secret)).length).toBeLessThanOrEqual(1016);
  const value = { username: device.prn, password: device.secret, scope };
  expect((await hub.ask("POST", "/auth/login", { value })).status).toBe(200);
  expect((await hub.ask("POST", "/auth/login", { value: { ...value, scope: `${scope} ${scope}` } })).status).toBe(400);
  expect((await hub.ask("POST", "/devices/", { token: owner, value: { nick: `${nick}n` } })).status).toBe(400);
});
