import { gzipSync } from "node:zlib";
import {
  type Body,
  binary,
  EMPTY_BODY,
  type Headers,
  header,
  type JsonObject,
  json,
  minutes,
  readJson,
  seconds,
} from "@understudy/kernel";
import type { TestSite } from "@understudy/kernel/testing";
import { describe, expect, test } from "vitest";
import { edge } from "../src/index.ts";
import { jsonPayload } from "../src/wire/mqtt/payload.ts";
import { mqttProtocol } from "../src/wire/mqtt/protocol.ts";
import { BrokerClient } from "./broker-client.ts";
import { CLOUD, DEVICE, SHOP, setTarget, siteWithCloud, untilReported } from "./site.ts";

const ADMIN = ["Authorization", "Bearer edge-admin-token"] as const;
const BASE = "/api/v1";
const KEY = "0123456789abcdef".repeat(4);
const uuidOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

/** A client of the cloud's HTTP API. */
function api(site: TestSite) {
  return async (method: string, target: string, headers: Headers = [], body?: unknown): Promise<Answer> => {
    const endpoint = site.cell.cloud(CLOUD).endpoints["http"];
    if (endpoint === undefined) throw new Error("no endpoint");
    const sent: Body = body === undefined ? EMPTY_BODY : body instanceof Uint8Array ? binary(body) : json(body);
    const { network } = site.cell.ground;
    const reply = await site.during(
      network.request(endpoint.address, { method, target, version: "1.1", headers, body: sent }),
    );
    const empty = reply.body.kind === "empty" || (reply.body.kind === "bytes" && reply.body.bytes.length === 0);
    return {
      status: reply.status,
      headers: reply.headers,
      body: empty ? {} : ((await readJson(reply.body)) as JsonObject),
    };
  };
}

async function newKey(site: TestSite, maxDevices = 10): Promise<string> {
  const { status, body } = await api(site)("POST", `${BASE}/provisioning-keys`, [ADMIN], { fleetId: "f", maxDevices });
  expect(status).toBe(201);
  return String(body["key"]);
}

const registration = (index: number, key = KEY): JsonObject => ({
  uuid: uuidOf(index),
  deviceName: `device ${index}`,
  deviceType: "standalone",
  deviceApiKey: key,
});

const bearer = (key: string) => ["Authorization", `Bearer ${key}`] as const;
const REGISTER = "/api/provisioning/v2/register";

/** Registers and exchanges keys; what the registration answered. */
async function provision(site: TestSite, index: number): Promise<JsonObject> {
  const call = api(site);
  const { status, body } = await call("POST", REGISTER, [bearer(await newKey(site))], registration(index));
  expect(status).toBe(200);
  const proof = { uuid: uuidOf(index), deviceApiKey: KEY };
  expect((await call("POST", `/api/provisioning/v2/${uuidOf(index)}/key-exchange`, [bearer(KEY)], proof)).status).toBe(
    200,
  );
  return body;
}

describe.each(["virtual", "sockets"] as const)("provisioning, %s", (mode) => {
  test.each(["/api/provisioning/v2/register", "/api/v1/provisioning/v2/register", "/api/v1/device/register"])(
    "%s",
    async (path) => {
      await using site = await siteWithCloud({ mode });
      const { status, body } = await api(site)("POST", path, [bearer(await newKey(site))], registration(1));
      expect(status).toBe(200);
      expect(body).toMatchObject({
        id: 1,
        uuid: uuidOf(1),
        fleetId: "f",
        mqtt: {
          username: `device_${uuidOf(1)}`,
          brokerConfig: { protocol: "mqtt", useTls: false, keepAlive: 60, cleanSession: true },
          topics: { publish: [`iot/device/${uuidOf(1)}/#`], subscribe: [`iot/device/${uuidOf(1)}/#`] },
        },
      });
      const { broker, brokerConfig } = body["mqtt"] as { broker: string; brokerConfig: { host: string; port: number } };
      expect(broker).toBe(`mqtt://${brokerConfig.host}:${brokerConfig.port}`);
    },
  );

  test.each([
    ["no key", [], registration(1), 401],
    ["a key that nobody made", [bearer("f".repeat(64))], registration(1), 401],
    ["a body without uuid", [bearer("x")], { deviceName: "n" }, 400],
    ["a body that is no JSON", [bearer("x")], Buffer.from("{"), 400],
  ] as const)("%s: %s", async (_, headers, body, status) => {
    await using site = await siteWithCloud({ mode });
    const answer = await api(site)("POST", REGISTER, headers, body);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)).toEqual(["error", "message"]);
  });
});

test("the same device may register again and gets a new password; another with its uuid may not", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  const key = await newKey(site);
  const first = await call("POST", REGISTER, [bearer(key)], registration(1));
  const again = await call("POST", REGISTER, [bearer(key)], registration(1));
  const thief = await call("POST", REGISTER, [bearer(key)], registration(1, "f".repeat(64)));
  expect([first.status, again.status, thief.status]).toEqual([200, 200, 409]);
  expect(again.body["id"]).toBe(first.body["id"]);
  const passwordOf = ({ body }: Answer) => (body["mqtt"] as JsonObject)["password"];
  expect(passwordOf(again)).not.toBe(passwordOf(first));
  const keys = await call("GET", `${BASE}/provisioning-keys?fleetId=f`, [ADMIN]);
  expect(keys.body["keys"]).toMatchObject([{ devices_provisioned: 1, max_devices: 10 }]);
  expect(JSON.stringify(keys.body)).not.toContain("hash");
});

test("of a thousand registrations at once exactly as many succeed as the key allows", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  const key = await newKey(site, 100);
  const { network } = site.cell.ground;
  const endpoint = site.cell.cloud(CLOUD).endpoints["http"];
  if (endpoint === undefined) throw new Error("no endpoint");
  const replies = await site.during(
    Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        network.request(endpoint.address, {
          method: "POST",
          target: REGISTER,
          version: "1.1",
          headers: [bearer(key)],
          body: json(registration(index)),
        }),
      ),
    ),
  );
  const counts = Map.groupBy(replies, ({ status }) => status);
  expect([counts.get(200)?.length, counts.get(401)?.length]).toEqual([100, 900]);
  expect((await call("GET", `${BASE}/devices?limit=1000`, [ADMIN])).body["count"]).toBe(100);
});

test("a key that was revoked or has expired takes nobody in", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  const { body } = await call("POST", `${BASE}/provisioning-keys`, [ADMIN], { fleetId: "f", expiresInDays: 1 });
  expect((await call("POST", REGISTER, [bearer(String(body["key"]))], registration(1))).status).toBe(200);
  await site.runFor(minutes(60 * 24));
  expect((await call("POST", REGISTER, [bearer(String(body["key"]))], registration(2))).status).toBe(401);
  const other = await call("POST", `${BASE}/provisioning-keys`, [ADMIN], { fleetId: "f" });
  await call("DELETE", `${BASE}/provisioning-keys/${String(other.body["id"])}`, [ADMIN]);
  expect((await call("POST", REGISTER, [bearer(String(other.body["key"]))], registration(3))).status).toBe(401);
});

test("key exchange wants the key of that very device", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  await provision(site, 1);
  const path = `/api/v1/device/${uuidOf(1)}/key-exchange`;
  const wrong = "f".repeat(64);
  const asked = async (key: string, body: JsonObject, at = path) =>
    (await call("POST", at, [bearer(key)], body)).status;
  expect(await asked(KEY, { uuid: uuidOf(1), deviceApiKey: wrong })).toBe(401);
  expect(await asked(wrong, { uuid: uuidOf(1), deviceApiKey: wrong })).toBe(401);
  expect(await asked(KEY, { uuid: uuidOf(2), deviceApiKey: KEY })).toBe(401);
  const unknown = `/api/v1/device/${uuidOf(9)}/key-exchange`;
  expect(await asked(KEY, { uuid: uuidOf(9), deviceApiKey: KEY }, unknown)).toBe(404);
});

test("a target is seen when it is deployed, with a tag that makes the next poll cheap", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  await provision(site, 1);
  const own = [["X-Device-API-Key", KEY]] as const;
  const path = `${BASE}/device/${uuidOf(1)}/state`;
  const first = await call("GET", path, own);
  expect(first.body[uuidOf(1)]).toMatchObject({
    apps: {},
    version: 1,
    needs_deployment: false,
    last_deployed_at: null,
  });
  const etag = header(first.headers, "ETag") ?? "";
  expect(etag).toMatch(/^"[0-9a-f]{40}"$/);
  expect((await call("GET", path, [...own, ["If-None-Match", etag]])).status).toBe(304);

  const target = `${BASE}/devices/${uuidOf(1)}/target-state`;
  expect((await call("PUT", target, [ADMIN], { apps: [SHOP] })).status).toBe(200);
  expect((await call("GET", path, [...own, ["If-None-Match", etag]])).status).toBe(304);
  expect((await call("POST", `${BASE}/devices/${uuidOf(1)}/deploy`, [ADMIN])).body).toMatchObject({ version: 2 });
  expect((await call("POST", `${BASE}/devices/${uuidOf(1)}/deploy`, [ADMIN])).status).toBe(400);
  const second = await call("GET", path, [...own, ["If-None-Match", etag]]);
  expect(second.body[uuidOf(1)]).toMatchObject({ apps: { "1001": SHOP }, version: 2, needs_deployment: false });
});

test("nobody sees or changes what is not theirs", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  await provision(site, 1);
  const path = `${BASE}/device/${uuidOf(1)}/state`;
  const device = `${BASE}/devices/${uuidOf(1)}`;
  const attempts = [
    ["GET", path, []],
    ["GET", path, [["X-Device-API-Key", "f".repeat(64)]]],
    ["GET", `${BASE}/device/${uuidOf(2)}/state`, [["X-Device-API-Key", KEY]]],
    ["GET", `${BASE}/devices`, []],
    ["GET", `${BASE}/devices`, [bearer(KEY)]],
    ["PUT", `${device}/target-state`, [bearer(KEY)], { apps: {} }],
    ["POST", `${device}/deploy`, []],
    ["DELETE", device, []],
    ["POST", `${BASE}/provisioning-keys`, [], { fleetId: "f" }],
  ] as const;
  for (const [method, target, headers, body] of attempts) {
    expect([method, target, (await call(method, target, headers, body)).status]).toEqual([method, target, 401]);
  }
  expect((await call("GET", "/api/v1/nothing")).status).toBe(404);
  expect(Object.keys((await call("GET", "/openapi.json")).body["paths"] as JsonObject)).toContain(
    `${BASE}/device/{uuid}/state`,
  );
  expect((await call("PUT", REGISTER)).status).toBe(405);
});

describe.each(["virtual", "sockets"] as const)("reports, %s", (mode) => {
  const own = [["X-Device-API-Key", KEY]] as const;
  const report = { [uuidOf(1)]: { apps: { "1": {} }, is_online: true, version: 4, cpu_usage: 12, temperature: 50.5 } };
  const current = `${BASE}/devices/${uuidOf(1)}/current-state`;

  test("plain and packed with gzip, they are the same; what is left out stays", async () => {
    await using site = await siteWithCloud({ mode });
    const call = api(site);
    await provision(site, 1);
    expect(await call("PATCH", `${BASE}/device/state`, own, report)).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    const delta = { [uuidOf(1)]: { apps: {}, is_online: true, version: 5, config: { a: 1 } } };
    const packed = gzipSync(JSON.stringify(delta));
    const headers = [...own, ["Content-Encoding", "gzip"], ["Content-Type", "application/json"]] as const;
    expect((await call("PATCH", `${BASE}/device/state`, headers, packed)).status).toBe(200);
    expect((await call("GET", current, [ADMIN])).body).toMatchObject({
      apps: {},
      config: { a: 1 },
      version: 5,
      system_info: { cpu_usage: 12, temperature: 50.5 },
    });
  });

  test.each([
    ["a report for another device", { [uuidOf(2)]: { apps: {}, is_online: true, version: 1 } }, 401],
    ["a report for two devices", { ...report, [uuidOf(2)]: { apps: {}, is_online: true, version: 1 } }, 400],
    ["a report without version", { [uuidOf(1)]: { apps: {}, is_online: true } }, 400],
    ["nothing", {}, 400],
  ])("%s: refused", async (_, body, status) => {
    await using site = await siteWithCloud({ mode });
    await provision(site, 1);
    expect((await api(site)("PATCH", `${BASE}/device/state`, own, body)).status).toBe(status);
  });

  test("a bomb in gzip is refused", async () => {
    await using site = await siteWithCloud({ mode });
    await provision(site, 1);
    const bomb = gzipSync(Buffer.alloc(20_000_000, 0x20));
    const headers = [...own, ["Content-Encoding", "gzip"]] as const;
    expect((await api(site)("PATCH", `${BASE}/device/state`, headers, bomb)).status).toBe(400);
  });
});

test("over MQTT a device speaks for itself alone, whatever its payload claims", async () => {
  await using site = await siteWithCloud();
  const { mqtt } = await provision(site, 1);
  await provision(site, 2);
  const endpoint = site.cell.cloud(CLOUD).endpoints["mqtt"];
  if (endpoint === undefined) throw new Error("no endpoint");
  const { username, password } = mqtt as { username: string; password: string };
  const client = await BrokerClient.connect(
    (end) => site.cell.ground.network.dial(endpoint.address, mqttProtocol(), end),
    {
      clientId: username,
      username,
      password,
    },
  );
  const forged = jsonPayload({ [uuidOf(2)]: { apps: {}, is_online: true, version: 9 } });
  await client.publish(`iot/device/${uuidOf(2)}/state`, forged);
  await client.publish(`iot/device/${uuidOf(1)}/state`, forged);
  await client.publish(`iot/device/${uuidOf(1)}/state`, "no JSON");
  const own = jsonPayload({ [uuidOf(1)]: { apps: {}, is_online: true, version: 3 } });
  await client.publish(`iot/device/${uuidOf(1)}/state`, own);
  const call = api(site);
  expect((await call("GET", `${BASE}/devices/${uuidOf(2)}/current-state`, [ADMIN])).status).toBe(404);
  expect((await call("GET", `${BASE}/devices/${uuidOf(1)}/current-state`, [ADMIN])).body["version"]).toBe(3);
});

test("a device that is silent for five minutes is offline; it is online when it is heard again", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  await provision(site, 1);
  const own = [["X-Device-API-Key", KEY]] as const;
  const isOnline = async () =>
    ((await call("GET", `${BASE}/devices/${uuidOf(1)}`, [ADMIN])).body["device"] as JsonObject)["is_online"];
  await call("GET", `${BASE}/device/${uuidOf(1)}/state`, own);
  await site.runFor(seconds(290));
  expect(await isOnline()).toBe(true);
  await site.runFor(seconds(20));
  expect(await isOnline()).toBe(false);
  await call("GET", `${BASE}/device/${uuidOf(1)}/state`, own);
  expect(await isOnline()).toBe(true);
});

test("a device that was taken out of the fleet is refused everywhere, and may come back with its own key", async () => {
  await using site = await siteWithCloud();
  const call = api(site);
  const device = await site.addDevice(edge);
  await untilReported(site, 1);
  await setTarget(site, { apps: { "1001": SHOP } });
  await untilReported(site, 2);
  const uuid = String(device.state()["uuid"]);
  expect((await call("DELETE", `${BASE}/devices/${uuid}`, [ADMIN])).status).toBe(200);
  expect(site.cell.beliefOf(DEVICE)).toMatchObject({ provisioned: false, online: false });
  await site.until(() => device.state().phase === "auth-failed", "the refusal");
  const stored = await site.cell.power.worldOf(DEVICE).storage.readText("agent/device.json");
  const { deviceApiKey } = JSON.parse(stored ?? "{}") as { deviceApiKey: string };
  const back = await call("POST", REGISTER, [bearer(await newKey(site))], { ...registration(1, deviceApiKey), uuid });
  expect(back.status).toBe(200);
  expect((await call("GET", `${BASE}/devices/${uuid}/target-state`, [ADMIN])).body["version"]).toBe(2);
});
