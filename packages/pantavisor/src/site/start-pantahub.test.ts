import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds, readJson, seconds } from "@understudy/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endpointOf, openOutsideClient } from "../live/outside-client.ts";
import { connectPantahub } from "./connect-pantahub.ts";
import { PantahubClient, PantahubError } from "./pantahub-client.ts";
import { startPantahub } from "./start-pantahub.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "start-pantahub-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("in a test suite: a user, a device, a revision from a folder, and waiting for its end", async () => {
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app/run.json"), '{"a":1}');
  writeFileSync(join(folder, "app/root.squashfs"), "hello\n");
  writeFileSync(join(folder, ".hidden"), "x");

  await using server = await startPantahub();
  const anna = await server.createUser("anna");
  const device = await anna.createDevice("board1");
  const token = await server.client.login(device.prn, device.secret ?? "");
  await server.client.exchange("POST", "/trails/", { token, value: { "#spec": "pantavisor-service-system@1" } });

  const step = await anna.publish(device.id, await server.revisionFromFolder(folder, "second"));
  expect(step).toMatchObject({
    rev: 1,
    "commit-msg": "second",
    state: { "#spec": "pantavisor-service-system@1", "app/run.json": { a: 1 } },
  });
  expect(Object.keys(step.state)).toEqual(["#spec", "app/root.squashfs", "app/run.json"]);
  expect((await anna.publish(device.id, await server.revisionFromFolder(folder))).rev).toBe(2);

  const waiting = anna.waitForStatus(device.id, 1, ["DONE"], { every: milliseconds(5) });
  const progress = { status: "DONE", progress: 100 };
  await server.client.exchange("PUT", `/trails/${device.id}/steps/1/progress`, { token, value: progress });
  expect((await waiting).progress.status).toBe("DONE");
  await expect(
    anna.waitForStatus(device.id, 2, ["DONE"], { within: seconds(0), every: milliseconds(1) }),
  ).rejects.toMatchObject({ code: "step-late" });
  await server.client.exchange("PUT", `/trails/${device.id}/steps/2/progress`, { token, value: { status: "ERROR" } });
  await expect(anna.waitForStatus(device.id, 2)).rejects.toMatchObject({ code: "step-ended" });
});

test("devices join with a token, are invited, and answer", async () => {
  await using server = await startPantahub();
  const user = server.user();
  const join = await user.createJoinToken({ userMeta: { site: "lab" } });
  const headers = [["Pantahub-Devices-Auto-Token-V1", join.token ?? ""]] as const;
  const { value } = await server.client.exchange("POST", "/devices/", { value: {}, headers });
  const { id, prn, secret } = value as { id: string; prn: string; secret: string };
  expect((await user.devices()).map((device) => device.id)).toEqual([id]);

  await user.invite(id, { deployment: "d1", release: "1.0" });
  const invitation = JSON.parse(String((await user.device(id))["user-meta"]["fleet.update-proto.token"])) as object;
  expect(invitation).toMatchObject({
    spec: "fleet-update-proto@v1",
    type: "INVITE",
    deployment: "d1",
    release: "1.0",
    mandatory: false,
  });
  expect(await user.answerOf(id)).toBeUndefined();
  const token = await server.client.login(prn, secret);
  const answer = { "fleet.update-proto.token": { type: "ACCEPT", deployment: "d1" } };
  await server.client.exchange("PATCH", `/devices/${id}/device-meta`, { token, value: answer });
  expect(await user.answerOf(id)).toEqual({ type: "ACCEPT", deployment: "d1" });
});

test("what was kept in a folder is there at the next start, and a second server keeps out", async () => {
  const first = await startPantahub({ data: folder });
  const device = await first.user().createDevice();
  const token = await first.user().token();
  await expect(startPantahub({ data: folder })).rejects.toThrow(/in use/i);
  await first.close();
  await using second = await startPantahub({ data: folder });
  expect(await second.user().device(device.id)).toMatchObject({ id: device.id });
  expect((await second.client.exchange("GET", "/auth/auth_status", { token })).status).toBe(200);
});

test("a program elsewhere connects by URL, over TLS too, and a refusal says why", async () => {
  await using server = await startPantahub({ tlsPort: 0, accounts: [{ nick: "fleet", password: "pass" }] });
  await using plain = await connectPantahub(server.url);
  expect(await plain.user("fleet", "pass").devices()).toEqual([]);
  await using secure = await connectPantahub(server.tlsUrl ?? "", { ca: server.ca ?? "" });
  const user = secure.user("fleet", "pass");
  expect((await user.createDevice("x")).nick).toBe("x");
  const refused = await user.createDevice("x").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(PantahubError);
  expect(refused).toMatchObject({ status: 409, message: "POST /devices/: 409, device already exists" });
  await expect(secure.user("user1").devices()).rejects.toMatchObject({ status: 401 });
  await expect(connectPantahub("ftp://x")).rejects.toMatchObject({ code: "bad-url" });
});

test("a port that is taken is one clear error", async () => {
  await using server = await startPantahub();
  await expect(startPantahub({ port: Number(new URL(server.url).port) })).rejects.toThrow(/in use/i);
});

test("a device proves over TLS, by its certificate, where it comes from", async () => {
  const pem = (name: string) => readFileSync(new URL(`../cloud/devices/fixtures/${name}.pem`, import.meta.url), "utf8");
  await using server = await startPantahub({ tlsPort: 0, rootOfTrust: pem("root") });
  const device = await server.user().createDevice();
  const token = await server.client.login(device.prn, device.secret ?? "");
  await using outside = openOutsideClient();
  const { address } = endpointOf(server.tlsUrl ?? "");
  const validate = async (own: object) => {
    const client = new PantahubClient(outside.network, { address, tls: { ca: [server.ca ?? ""], ...own } });
    const reply = await client.reply("POST", `/devices/${device.id}/ownership/validate`, { token });
    return [reply.status, await readJson(reply.body)];
  };
  expect(await validate({ certificate: pem("device"), key: pem("device-key") })).toEqual([
    200,
    { status: "completed" },
  ]);
  expect(await validate({})).toEqual([403, { status: "failed" }]);
});
