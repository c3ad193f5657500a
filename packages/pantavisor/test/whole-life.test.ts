import { type Blob, type Device, type JsonObject, seconds } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { ScriptedHub, scriptedFamily } from "./scripted-hub.ts";

interface Stage {
  readonly site: TestSite;
  readonly hub: ScriptedHub;
  readonly device: Device;
}

async function stage(
  options: JsonObject = {},
  prepare: (hub: ScriptedHub) => void = () => undefined,
): Promise<Stage & AsyncDisposable> {
  const hub = new ScriptedHub();
  prepare(hub);
  const site = await TestSite.open({ seed: 7 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family, options);
  return { site, hub, device, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

const content = (site: TestSite, text: string): Promise<Blob> => site.cell.ground.blobs.put(text);
const isIn = (device: Device, phase: string) => (): boolean => device.state().phase === phase;
const lineOf = (site: TestSite): readonly string[] =>
  site.events.events.filter(({ source }) => source === "pantavisor-0").map(({ type }) => type);

test("a device registers with its autotoken, is claimed, gives itself a trail and goes idle", async () => {
  await using s = await stage();
  await s.site.until(isIn(s.device, "idle"));
  expect(s.hub.requests.slice(0, 6).map(({ line }) => line.replace(/[0-9a-f]{24}/, "<id>"))).toEqual([
    "POST /devices/",
    "POST /auth/login",
    "GET /devices/<id>",
    "POST /auth/login",
    "POST /trails/",
    "PUT /trails/<id>/steps/0/progress",
  ]);
  expect(s.device.state()).toMatchObject({ revision: "0", status: "DONE", claimed: true, prn: s.hub.only.prn });
});

test("an unclaimed device shows its challenge until somebody claims it", async () => {
  await using s = await stage({}, (hub) => {
    hub.claimedAtOnce = false;
  });
  await s.site.until(isIn(s.device, "unclaimed"));
  expect(s.device.state()["challenge"]).toBe("firmly-good-fox");
  s.hub.only.owner = "prn:pantahub.com:auth:/user2";
  await s.site.until(isIn(s.device, "idle"));
  expect(s.device.state()["challenge"]).toBeUndefined();
});

test("an idle check-in is three requests with one token, and at most 200 bytes go up", async () => {
  await using s = await stage();
  await s.site.until(isIn(s.device, "idle"));
  await s.site.runFor(seconds(15));
  const before = s.hub.requests.length;
  await s.site.runFor(seconds(100));
  const lines = s.hub.requests.slice(before);
  expect(lines.filter(({ line }) => line.startsWith("POST"))).toEqual([]);
  expect(Math.max(...lines.map(({ bytes }) => bytes))).toBeLessThanOrEqual(200);
  expect(lines.length).toBeGreaterThanOrEqual(3 * 8);
  expect(lines.length).toBeLessThanOrEqual(3 * 12);
});

test("a refused token is renewed once, and the request repeated", async () => {
  await using s = await stage();
  await s.site.until(isIn(s.device, "idle"));
  await s.site.runFor(seconds(5));
  s.hub.valid.clear();
  const logins = s.hub.count("POST /auth/login");
  await s.site.runFor(seconds(60));
  expect(s.hub.count("POST /auth/login")).toBe(logins + 1);
  expect(s.device.state().phase).toBe("idle");
});

test("an update goes through its stages, reboots and is committed", async () => {
  await using s = await stage();
  await s.site.until(isIn(s.device, "idle"));
  s.hub.publish({
    "app/root.squashfs": await content(s.site, "root file system"),
    "app/lxc.container.conf": await content(s.site, ""),
  });
  const statuses: string[] = [];
  s.hub.interfere = (request) => {
    if (request.method === "PUT" && request.body.kind === "json") {
      const { status, progress } = request.body.value as { status: string; progress: number };
      statuses.push(`${status} ${progress}`);
    }
    return undefined;
  };
  await s.site.until(() => s.device.state()["revision"] === "1" && s.device.state().phase === "idle");
  expect(statuses).toEqual([
    "QUEUED 0",
    "DOWNLOADING 10",
    "INPROGRESS 50",
    "INPROGRESS 60",
    "TESTING 75",
    "INPROGRESS 80",
    "DONE 100",
  ]);
  expect(s.hub.only.steps[0]?.progress).toMatchObject({
    status: "DONE",
    downloads: { total: { total_size: 16, total_downloaded: 16 } },
  });
  expect(s.device.state()).toMatchObject({ revision: "1", status: "DONE" });
  expect(lineOf(s.site)).toContain("question");
  await s.site.runFor(seconds(30));
  expect(s.hub.only.deviceMeta["pantavisor.revision"]).toBe("1");
});

test.each([
  ["updated", "UPDATED", "1"],
  ["done", "DONE", "1"],
  ["error", "ERROR", "0"],
  ["wontgo", "WONTGO", "0"],
])("the answer %s ends as %s on revision %s", async (choice, status, revision) => {
  await using s = await stage({ decisionTimeoutSeconds: "wait" });
  await s.site.until(isIn(s.device, "idle"));
  s.hub.publish({ a: await content(s.site, "a") });
  await s.site.until(isIn(s.device, "testing"));
  await s.site.until(() => s.device.state()["question"] !== undefined);
  const { id } = s.device.state()["question"] as { id: string };
  await s.site.runFor(seconds(60));
  expect(s.device.state().phase).toBe("testing");
  await expect(s.site.cell.power.answer("pantavisor-0", id, "maybe")).rejects.toThrow(/no answer/);
  await s.site.cell.power.answer("pantavisor-0", id, choice);
  await s.site.until(isIn(s.device, "idle"));
  expect(s.hub.only.steps[0]?.progress.status).toBe(status);
  expect(s.device.state()).toMatchObject({ revision, status });
  s.hub.publish({ b: await content(s.site, "b") });
  await s.site.until(isIn(s.device, "testing"));
  expect(s.device.state()["trying"]).toBe("2");
  await expect(s.site.cell.power.answer("pantavisor-0", id, choice)).rejects.toThrow(/no open question/);
});
