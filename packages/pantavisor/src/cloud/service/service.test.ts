import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { binary, readBytes, seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

const SPEC = { "#spec": "pantavisor-service-system@1" };

test("an API token logs in with what it was given, until it is deleted", async () => {
  await using hub = await HubUnderTest.open();
  const owner = await hub.login();
  const made = await hub.get("POST", "/tokens/", { token: owner, value: { name: "ci", scopes: ["trails.readonly"] } });
  expect(made).toMatchObject({ name: "ci", type: "SESSION", owner: "prn:pantahub.com:auth:/user1", deleted: false });
  const credentials = { username: "ci", password: made.secret };
  const { token } = await hub.get("POST", "/auth/login", {
    value: { ...credentials, scope: "trails.readonly trails.write" },
  });
  expect(await hub.get("GET", "/auth/auth_status", { token })).toMatchObject({
    prn: "prn:pantahub.com:auth:/user1",
    type: "SESSION",
    scopes: "prn:pantahub.com:apis:/base/trails.readonly",
  });
  await hub.get("GET", "/trails/", { token });
  expect((await hub.ask("GET", "/devices/", { token })).status).toBe(403);
  expect((await hub.ask("POST", "/tokens/", { token, value: { name: "more" } })).status).toBe(403);
  expect((await hub.ask("GET", "/tokens/", { token: owner })).text).not.toContain(made.secret);

  const basic = (name: string, secret: unknown) => ({
    headers: [["Authorization", `Basic ${Buffer.from(`${name}:${String(secret)}`).toString("base64")}`]] as const,
  });
  expect((await hub.ask("GET", "/trails/", basic("ci", made.secret))).status).toBe(200);
  expect((await hub.ask("GET", "/trails/", basic("user1", made.secret))).status).toBe(200);
  expect((await hub.ask("GET", "/devices/", basic("ci", made.secret))).status).toBe(403);
  expect((await hub.ask("POST", "/tokens/", { ...basic("ci", made.secret), value: { name: "more" } })).status).toBe(
    401,
  );
  for (const [name, secret] of [
    ["user1", "user1"],
    ["user2", made.secret],
    ["ci", "x"],
  ] as const)
    expect((await hub.ask("GET", "/trails/", basic(name, secret))).status).toBe(401);

  await hub.get("DELETE", `/tokens/${made.id}`, { token: owner });
  expect((await hub.ask("GET", "/trails/", basic("ci", made.secret))).status).toBe(401);
  expect((await hub.ask("POST", "/auth/login", { value: credentials })).status).toBe(401);
});

test("a revision is exported as pvr does it, of a public device for anybody", async () => {
  await using hub = await HubUnderTest.open();
  const content = Buffer.from("hello\n");
  const sha = createHash("sha256").update(content).digest("hex");
  const token = await hub.login();
  const object = await hub.get("POST", "/objects/", { token, value: { sha256sum: sha, size: "6" } });
  await hub.ask("PUT", String(object["signed-puturl"]), { body: binary(content) });
  const device = await hub.deviceWithTrail();
  await hub.get("POST", `/trails/${device.id}/steps`, {
    token,
    value: { rev: -1, state: { ...SPEC, "a/x.bin": sha, "b/run.json": {} } },
  });
  const { nick } = await hub.get("GET", `/devices/${device.id}`, { token });
  const at = `/exports/user1/${String(nick)}`;

  expect((await hub.ask("GET", `${at}/latest/x.tgz`)).status).toBe(401);
  expect((await hub.ask("GET", `${at}/latest/x.tgz`, { token: await hub.login("user2") })).status).toBe(404);
  await hub.get("PUT", `/devices/${device.id}/public`, { token });
  const packed = await hub.ask("GET", `${at}/latest/x.tgz`);
  expect(packed.status).toBe(200);
  const tar = await bytesOf(hub, `${at}/1/x.tar`);
  expect(gunzipSync(await bytesOf(hub, `${at}/latest/x.tgz`))).toEqual(tar);
  expect(tar.toString()).toContain('{"#spec":"pantavisor-service-system@1","a/x.bin"');
  expect(tar.toString()).toContain("hello\n");
  const part = (await bytesOf(hub, `${at}/1/x.tar?parts=b`)).toString();
  expect(part).toContain('{"#spec":"pantavisor-service-system@1","b/run.json":{}}');
  expect(part).not.toContain("hello");
  expect((await hub.ask("GET", `${at}/9/x.tar`)).status).toBe(404);
});

async function bytesOf(hub: HubUnderTest, target: string): Promise<Buffer> {
  const reply = await hub.raw("GET", target);
  return Buffer.from(await readBytes(reply.body));
}

test("changes come in pages, oldest first", async () => {
  await using hub = await HubUnderTest.open();
  const token = await hub.login();
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    ids.push((await hub.get("POST", "/devices/", { token, value: {} })).id);
    await hub.site.runFor(seconds(1));
  }
  const first = (await hub.get("GET", "/changes/devices?page[size]=2", { token })) as unknown as {
    data: { id: string }[];
    links: { next: string };
  };
  expect(first.data.map((device) => device.id)).toEqual(ids.slice(0, 2));
  const next = (await hub.get("GET", first.links.next, { token })) as unknown as { data: { id: string }[] };
  expect(next.data.map((device) => device.id)).toEqual(ids.slice(2));
  expect((await hub.ask("GET", "/changes/secrets", { token })).status).toBe(404);
  expect((await hub.ask("GET", "/changes/steps?page[size]=x", { token })).status).toBe(400);
});

test("health is open, or closed by a secret", async () => {
  await using open = await HubUnderTest.open();
  expect(await open.get("GET", "/healthz/")).toEqual({
    code: 0,
    duration: 0,
    "start-time": "2026-01-01T00:00:00.000Z",
  });
  await using closed = await HubUnderTest.open({ healthSecret: "s" });
  expect((await closed.ask("GET", "/healthz/")).status).toBe(401);
  const headers = [["Authorization", `Basic ${Buffer.from("saadmin:s").toString("base64")}`]] as const;
  expect((await closed.ask("GET", "/healthz/", { headers })).status).toBe(200);
});

test("a page of any origin may ask, with credentials", async () => {
  await using hub = await HubUnderTest.open();
  const headers = [["Origin", "https://ui.test"]] as const;
  const before = await hub.ask("OPTIONS", "/devices/", { headers });
  expect([before.status, before.text]).toEqual([200, ""]);
  expect(before.headers).toContainEqual(["Access-Control-Max-Age", "3600"]);
  const told = await hub.ask("GET", "/devices/", { headers, token: await hub.login() });
  expect(told.headers).toContainEqual(["Access-Control-Allow-Origin", "https://ui.test"]);
  expect(told.headers).toContainEqual(["Access-Control-Allow-Credentials", "true"]);
});

test("accounts register once, without telling anything of their password", async () => {
  await using hub = await HubUnderTest.open();
  const value = { email: "a@b.cc", nick: "anna", password: "s3cret!" };
  const made = await hub.ask("POST", "/auth/accounts", { value });
  expect(Object.keys(made.json as object)).toEqual([
    "type",
    "email",
    "nick",
    "prn",
    "time-created",
    "time-modified",
    "captcha",
    "encrypted-account",
  ]);
  expect(made.text).not.toMatch(/s3cret|scrypt/);
  for (const bad of [
    value,
    { ...value, nick: "bert" },
    { ...value, email: "c@d.ee" },
    { email: "x@y.z", nick: "ab", password: "p" },
    { nick: "carl", password: "p" },
    { ...value, nick: "user1", email: "u@u.u" },
  ]) {
    expect((await hub.ask("POST", "/auth/accounts", { value: bad })).status).toBe(412);
  }
  const token = await hub.login("anna", "s3cret!");
  expect(await hub.get("GET", "/auth/", { token })).toMatchObject({ nick: "anna" });
  expect(await hub.get("GET", "/auth/accounts", { token })).toMatchObject([{ nick: "anna" }]);
  await hub.get("POST", "/devices/", { token, value: { nick: "mine" } });
  expect(await hub.get("GET", "/dash/", { token })).toMatchObject({ nick: "anna", "top-devices": [{ nick: "mine" }] });
  expect(await hub.get("GET", "/profiles/?nick=^an", { token })).toMatchObject([{ nick: "anna" }]);
});

test("a session owns devices like a user, but does not end steps", async () => {
  await using hub = await HubUnderTest.open();
  const { token } = await hub.get("POST", "/auth/sessions", { value: {} });
  const made = await hub.get("POST", "/devices/", { token, value: {} });
  expect(made["owner-nick"]).toMatch(/^__SESSION__/);
  const own = await hub.login(made.prn, made.secret);
  await hub.get("POST", "/trails/", { token: own, value: SPEC });
  await hub.get("POST", `/trails/${made.id}/steps`, { token, value: { rev: 1, state: SPEC } });
  expect((await hub.ask("PUT", `/trails/${made.id}/steps/1/cancel`, { token })).status).toBe(400);
});
