import { jsonReply } from "@understudy/kernel";
import { expect, test } from "vitest";
import { brokerUrl, parseBrokerUrl, unescapePem } from "./broker-config.ts";
import { canonicalJson } from "./canonical-json.ts";
import { describeRefusal } from "./cloud-error.ts";
import { deviceStatus } from "./device-status.ts";
import { deviceTopic, parseDeviceTopic } from "./device-topics.ts";
import { apiBase } from "./paths.ts";
import { type Registration, registerReply, registerRequest } from "./registration.ts";
import { stateReport } from "./state-report.ts";
import { etagOf, matchesEtag, targetReply } from "./target-state.ts";

const UUID = "11111111-2222-4333-8444-555555555555";

/** As the specification of the agent shows it. */
const REPLY = {
  id: 42,
  uuid: UUID,
  deviceName: "dev1",
  deviceType: "standalone",
  applicationId: 1,
  fleetId: "default-fleet",
  createdAt: "2026-01-01T00:00:00.000Z",
  mqtt: {
    username: `device_${UUID}`,
    password: "cGFzc3dvcmQ=",
    broker: "mqtts://mosquitto:8883",
    brokerConfig: {
      protocol: "mqtts",
      host: "mosquitto",
      port: 8883,
      useTls: true,
      verifyCertificate: true,
      caCert: "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----",
      clientIdPrefix: "Iotistic",
      keepAlive: 60,
      cleanSession: true,
      reconnectPeriod: 1000,
      connectTimeout: 30000,
    },
    topics: { publish: [`iot/device/${UUID}/#`], subscribe: [`iot/device/${UUID}/#`] },
  },
  api: { tlsConfig: { caCert: "PEM", verifyCertificate: true } },
  vpn: { enabled: true, type: "wireguard" },
};

test("a registration's reply keeps what a device needs, and reads the same when it is written", () => {
  const registration: Registration = registerReply.parse(REPLY);
  expect(registration).toEqual({
    deviceId: "42",
    mqtt: { username: `device_${UUID}`, password: "cGFzc3dvcmQ=", broker: REPLY.mqtt.brokerConfig },
    apiTls: { caCert: "PEM", verifyCertificate: true },
  });
  expect(registerReply.parse(registerReply.render(registration))).toEqual(registration);
  expect(registerReply.describe(registration)).toBe("registered as 42, broker mqtts://mosquitto:8883");
});

test("replies of other ages are read too", () => {
  const older = { device: { deviceId: "7" }, mqtt: { username: "u", password: "p", brokerUrl: "mqtt://10.0.0.5" } };
  expect(registerReply.parse(older)).toEqual({
    deviceId: "7",
    mqtt: { username: "u", password: "p", broker: { protocol: "mqtt", host: "10.0.0.5", port: 1883, useTls: false } },
  });
  expect(() => registerReply.parse({ mqtt: { username: "u", password: "p" } })).toThrow("found no broker");
  expect(() => registerReply.parse({})).toThrow("register reply.mqtt");
});

test("a registration names what is missing, and never shows a key", () => {
  const request = { uuid: UUID, deviceName: "n", deviceType: "t", deviceApiKey: "0123456789abcdef" };
  expect(registerRequest.parse(request)).toBe(request);
  expect(registerRequest.describe(request)).not.toContain("0123456789abcdef");
  expect(() => registerRequest.parse({ ...request, uuid: "x" })).toThrow("register.uuid");
});

test.each([
  ["mqtt://broker:1884", { protocol: "mqtt", host: "broker", port: 1884, useTls: false }],
  ["mqtts://broker", { protocol: "mqtts", host: "broker", port: 8883, useTls: true }],
  ["ssl://[::1]:1/", { protocol: "mqtts", host: "::1", port: 1, useTls: true }],
  ["http://broker", undefined],
  ["mqtt://broker:70000", undefined],
] as const)("broker URL %s", (url, parts) => {
  expect(parseBrokerUrl(url)).toEqual(parts);
});

test("broker URLs and certificates are written as clients expect them", () => {
  expect(brokerUrl({ protocol: "mqtt", host: "::1", port: 1883 })).toBe("mqtt://[::1]:1883");
  expect(unescapePem("a\\nb")).toBe("a\nb");
});

test("a target is read by uuid, from maps and from lists of apps", () => {
  const wire = {
    [UUID]: { apps: [{ appId: 7, appName: "a" }], config: { a: 1 }, version: 3, needs_deployment: false },
  };
  const target = { apps: { "7": { appId: 7, appName: "a" } }, config: { a: 1 }, version: 3 };
  expect(targetReply.parse(wire)).toEqual(new Map([[UUID, target]]));
  expect(targetReply.parse(targetReply.render(new Map([[UUID, target]])))).toEqual(new Map([[UUID, target]]));
  expect(targetReply.parse({ [UUID]: {} }).get(UUID)).toEqual({ apps: {}, config: {}, version: 1 });
  expect(() => targetReply.parse({ [UUID]: { version: "3" } })).toThrow(`target.${UUID}.version`);
});

test("a tag follows from the content, whatever the order of its keys", () => {
  const one = etagOf({ version: 1, apps: { a: 1, b: 2 }, config: {} });
  expect(etagOf({ config: {}, apps: { b: 2, a: 1 }, version: 1 })).toBe(one);
  expect(etagOf({ config: {}, apps: {}, version: 1 })).not.toBe(one);
  expect([`W/${one}`, `"x", ${one}`, "*", one].every((sent) => matchesEtag(sent, one))).toBe(true);
  expect([undefined, '"x"', one.slice(1, -1)].some((sent) => matchesEtag(sent, one))).toBe(false);
  expect(canonicalJson({ b: [1, { d: null, c: "ü" }], a: true })).toBe('{"a":true,"b":[1,{"c":"ü","d":null}]}');
});

test("a report is one device's, and says where it is wrong", () => {
  const report = { apps: {}, is_online: true, version: 3, temperature: null };
  expect(stateReport.parse({ [UUID]: report })).toEqual({ uuid: UUID, report });
  expect(stateReport.render({ uuid: UUID, report })).toEqual({ [UUID]: report });
  expect(stateReport.describe({ uuid: UUID, report })).toBe(`state of ${UUID}: version 3, 0 apps`);
  expect(() => stateReport.parse({ [UUID]: { ...report, cpu_usage: "12" } })).toThrow(`report.${UUID}.cpu_usage`);
  expect(() => stateReport.parse({ a: report, b: report })).toThrow("found 2 devices; expected exactly one");
});

test("a status is online with a version, or offline with a reason", () => {
  const online = { status: "online", version: "1.0.0", timestamp: 1 } as const;
  const offline = { status: "offline", reason: "lwt", timestamp: 1 } as const;
  expect([online, offline].map((status) => deviceStatus.parse(deviceStatus.render(status)))).toEqual([online, offline]);
  expect([online, offline].map(deviceStatus.describe)).toEqual(["online, agent 1.0.0", "offline: lwt"]);
  expect(() => deviceStatus.parse({ status: "asleep" })).toThrow("status");
});

test("topics name their device", () => {
  expect(parseDeviceTopic(deviceTopic(UUID, "agent/update"))).toEqual({ uuid: UUID, rest: "agent/update" });
  expect(
    ["iot/device/", "iot/device//x", `iot/device/${UUID}`, `iot/device/${UUID}/`, "other"].map(parseDeviceTopic),
  ).toEqual(Array.from({ length: 5 }, () => undefined));
});

test("the base of a cloud's paths is its endpoint and /api, once", () => {
  expect(["", "/", "/api", "/edge/", "/edge/api/"].map(apiBase)).toEqual([
    "/api",
    "/api",
    "/api",
    "/edge/api",
    "/edge/api",
  ]);
});

test("a refusal is told in the cloud's words, or by its status", async () => {
  expect(await describeRefusal(jsonReply({ error: "Unauthorized", message: "no key" }, 401))).toBe(
    "401 Unauthorized: no key",
  );
  expect(await describeRefusal(jsonReply("x", 502))).toBe("502");
});
