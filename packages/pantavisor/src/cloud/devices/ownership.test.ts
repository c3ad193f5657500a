import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { tcp } from "@understudy/kernel";
import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

const pem = (name: string) => readFileSync(new URL(`./fixtures/${name}.pem`, import.meta.url), "utf8");

async function validated(hub: HubUnderTest, token: string, id: string, certificate?: string) {
  const network = hub.site.cell.ground.network;
  const headers = [
    ["Host", "pantahub"],
    ["Authorization", `Bearer ${token}`],
  ] as const;
  const request = {
    method: "POST",
    target: `/devices/${id}/ownership/validate`,
    version: "1.1",
    headers,
    body: { kind: "empty" },
  } as const;
  const tls = certificate === undefined ? {} : { certificate, key: "-" };
  const reply = await network.request(tcp("pantahub", 443), request, { tls });
  return [reply.status, reply.body.kind === "json" ? reply.body.value : undefined];
}

test("a certificate from the root of trust proves ownership; another one, or none, does not", async () => {
  await using hub = await HubUnderTest.open({ rootOfTrust: pem("root") });
  const device = await hub.device();
  expect(await validated(hub, device.token, device.id, pem("device"))).toEqual([200, { status: "completed" }]);
  expect(await validated(hub, device.token, device.id, pem("stranger"))).toEqual([403, { status: "failed" }]);
  expect(await validated(hub, device.token, device.id, "no certificate")).toEqual([403, { status: "failed" }]);
  expect(await validated(hub, device.token, device.id)).toEqual([403, { status: "failed" }]);
  expect((await validated(hub, await hub.login(), device.id, pem("device")))[0]).toBe(403);
  expect(new X509Certificate(pem("device")).checkIssued(new X509Certificate(pem("root")))).toBe(true);
});

test("without a root of trust nothing is proved", async () => {
  await using hub = await HubUnderTest.open();
  const device = await hub.device();
  expect(await validated(hub, device.token, device.id, pem("device"))).toEqual([403, { status: "failed" }]);
});

test("a root of trust that is no certificate keeps the server from starting", async () => {
  await expect(
    HubUnderTest.open({ rootOfTrust: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----" }),
  ).rejects.toThrow("rootOfTrust");
});
