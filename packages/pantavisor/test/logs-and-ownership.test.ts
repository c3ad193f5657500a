import { type Device, type HttpReply, json, seconds } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { ScriptedHub, scriptedFamily } from "./scripted-hub.ts";

const DEVICE = "pantavisor-0";

async function idle(
  options: object,
  hub = new ScriptedHub(),
): Promise<{ site: TestSite; hub: ScriptedHub; device: Device }> {
  const site = await TestSite.open({ seed: 2 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family, { ...options });
  await site.until(() => device.state().phase === "idle");
  return { site, hub, device };
}

const messages = (hub: ScriptedHub): readonly string[] =>
  (hub.logs as readonly { msg: string }[]).map(({ msg }) => msg);

test("logs are pushed once each, in order, from where they stopped, over a power cut too", async () => {
  const { site, hub } = await idle({ logs: true });
  await site.runFor(seconds(70));
  const first = messages(hub);
  expect(first[0]).toBe("[background] Pantavisor Mocker Starting... ");
  expect(first).toContain("[background] Checking for updates (steps)...");
  expect(first).toContain("[background] HTTP Body: (Obfuscated)");
  await site.cell.power.stop(DEVICE);
  await site.cell.power.on(DEVICE);
  await site.runFor(seconds(70));
  const stored = await site.cell.power.worldOf(DEVICE).storage.readText("logs/0/pantavisor/pantavisor.log");
  const lines = (stored ?? "").split("\n").map((line) => line.slice(line.indexOf(" ") + 1));
  const pushed = messages(hub);
  expect(pushed.length).toBeGreaterThan(first.length);
  expect(lines.slice(0, pushed.length)).toEqual(pushed);
  const entry = hub.logs[0] as { tsec: number; plat: string; src: string; lvl: string; rev: string };
  expect(entry).toMatchObject({
    plat: "pantavisor",
    src: "/pantavisor.log",
    lvl: "INFO",
    rev: "0",
    tsec: 1_767_225_600,
  });
  await site[Symbol.asyncDispose]();
});

test("a hub that refuses log entries does not get them again, one that is busy does", async () => {
  const { site, hub } = await idle({ logs: true });
  let posts = 0;
  hub.interfere = (request): HttpReply | undefined => {
    if (request.target !== "/logs/") return undefined;
    posts++;
    return posts <= 2
      ? { status: 503, headers: [["Retry-After", "5"]], body: json({}) }
      : posts === 3
        ? { status: 400, headers: [], body: json({}) }
        : undefined;
  };
  await site.runFor(seconds(150));
  expect(posts).toBeGreaterThan(4);
  const texts = messages(hub);
  expect(new Set(texts.filter((text) => text.includes("Starting...")).map(String)).size).toBe(0);
  await site[Symbol.asyncDispose]();
});

test("a log that has grown too large is set aside", async () => {
  const { site } = await idle({ logs: true });
  const { storage } = site.cell.power.worldOf(DEVICE);
  await storage.append("logs/0/pantavisor/pantavisor.log", "x".repeat(1024 * 1024 + 1));
  await site.runFor(seconds(30));
  expect((await storage.stat("logs/0/pantavisor/pantavisor.log"))?.size).toBeLessThan(100_000);
  expect((await storage.stat("logs/0/pantavisor/pantavisor.log.1"))?.size).toBeGreaterThan(1024 * 1024);
  await site[Symbol.asyncDispose]();
});

test("ownership is proven by certificate, tried again after a refusal, and told once", async () => {
  const hub = new ScriptedHub();
  let refusals = 0;
  hub.interfere = (request) =>
    request.target.endsWith("/ownership/validate") && refusals++ < 2
      ? { status: 403, headers: [], body: json({ status: "failed" }) }
      : undefined;
  await using site = await TestSite.open({ seed: 2 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family, {}, { power: "off" });
  await site.cell.power.on(DEVICE);
  const { storage } = site.cell.power.worldOf(DEVICE);
  await storage.write("ownership/cert.pem", "a certificate");
  await storage.write("ownership/key.pem", "its key");
  await storage.sync();
  await site.until(() => device.state()["ownership"] === "completed", "the proof");
  expect(refusals).toBe(3);
  await site.until(() => hub.only.deviceMeta["ovmode_status"] === "completed", "the cloud to know");
  await site.cell.power.stop(DEVICE);
  await site.cell.power.on(DEVICE);
  await site.runFor(seconds(60));
  expect(hub.count(`POST /devices/${hub.only.id}/ownership/validate`)).toBe(3);
});

test("a hub that wants no proof is asked once by a boot, and is not taken for one that was shown any", async () => {
  const hub = new ScriptedHub();
  hub.interfere = (request) =>
    request.target.endsWith("/ownership/validate")
      ? { status: 200, headers: [], body: json({ mode: "default", status: "validation_not_needed" }) }
      : undefined;
  await using site = await TestSite.open({ seed: 2 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family, {}, { power: "off" });
  await site.cell.power.on(DEVICE);
  const { storage } = site.cell.power.worldOf(DEVICE);
  await storage.write("ownership/cert.pem", "a certificate");
  await storage.write("ownership/key.pem", "its key");
  await storage.sync();
  await site.runFor(seconds(120));
  expect(hub.count(`POST /devices/${hub.only.id}/ownership/validate`)).toBe(1);
  expect(device.state()["ownership"]).not.toBe("completed");
  expect(hub.only.deviceMeta).not.toHaveProperty("ovmode_status");
});
