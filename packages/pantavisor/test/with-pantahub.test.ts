import { type Device, type JsonObject, MemoryStorage, minutes, readJson, seconds } from "@understudy/kernel";
import { crashSweep, type SiteOptions, TestSite } from "@understudy/kernel/testing";
import { describe, expect, test } from "vitest";
import { pantavisor } from "../src/site/pantavisor.ts";

const DEVICE = "pantavisor-0";
const OBJECTS = { "app/root.squashfs": { bytes: 3_000_000 }, "app/lxc.container.conf": "lxc.uts.name = app\n" };

const isIn = (device: Device, phase: string) => (): boolean => device.state().phase === phase;

async function publish(site: TestSite, args: JsonObject = { objects: OBJECTS, message: "a change" }): Promise<void> {
  await site.during(site.cell.act(pantavisor, "pantahub", "publish", args, [DEVICE]));
}

describe.each(["virtual", "sockets"] as const)("against Pantahub, %s", (mode) => {
  const open = (options: SiteOptions = {}): Promise<TestSite> =>
    TestSite.open({ seed: 11, mode, scale: 30, ...options });

  test("a whole life: registered, claimed, updated, and both agree", async () => {
    await using site = await open();
    await site.addCloud(pantavisor);
    const device = await site.addDevice(pantavisor, { layout: "documented" });
    await site.until(isIn(device, "idle"), "the device to be idle");
    await publish(site);
    await site.until(() => device.state()["revision"] === "1" && device.state().phase === "idle", "the update to end");
    expect(device.state()).toMatchObject({ revision: "1", status: "DONE", claimed: true, online: true });
    expect(site.cell.differences(DEVICE)).toEqual([]);
    expect(Object.keys(site.cell.beliefOf(DEVICE) ?? {}).sort()).toEqual(["claimed", "prn", "revision", "status"]);
    const { storage } = site.cell.power.worldOf(DEVICE);
    const state = JSON.parse((await storage.readText("trails/current/.pvr/json")) ?? "null") as Record<string, string>;
    expect((await storage.blob(`objects/${state["app/root.squashfs"]}`))?.size).toBe(3_000_000);
  });

  test.each([
    ["error", "ERROR", "0"],
    ["wontgo", "WONTGO", "0"],
    ["updated", "UPDATED", "1"],
  ])(
    "decided %s: %s on revision %s, and both agree; the next update comes all the same",
    async (decision, status, revision) => {
      await using site = await open();
      await site.addCloud(pantavisor);
      const device = await site.addDevice(pantavisor, {}, { decide: { update: decision } });
      await site.until(isIn(device, "idle"), "the device to be idle");
      await publish(site, { objects: { a: "one" } });
      await site.until(
        () => device.state()["status"] === status && device.state().phase === "idle",
        `the end ${status}`,
      );
      expect(device.state()["revision"]).toBe(revision);
      expect(site.cell.differences(DEVICE)).toEqual([]);
      await publish(site, { objects: { a: "two" } });
      await site.until(() => device.state()["trying"] === "2", "the second update");
      await site.until(isIn(device, "idle"), "its end");
      expect(site.cell.differences(DEVICE)).toEqual([]);
    },
  );

  test("an invitation is asked, accepted and answered", async () => {
    await using site = await open();
    await site.addCloud(pantavisor);
    const device = await site.addDevice(pantavisor, {}, { decide: { invitation: "accept" } });
    await site.until(isIn(device, "idle"), "the device to be idle");
    await site.during(site.cell.act(pantavisor, "pantahub", "invite", { deployment: "d1", release: "r1" }, [DEVICE]));
    const answered = (): boolean => site.events.events.some(({ type }) => type === "invitation-answered");
    await site.until(answered, "the answer");
    expect(device.state()["invitation"]).toMatchObject({ type: "INVITE", deployment: "d1" });
    await site.runFor(seconds(30));
    expect(device.state()["question"]).toBeUndefined();
  });
});

test("two hundred devices that start at once over sockets are all registered and claimed", async () => {
  await using site = await TestSite.open({ seed: 19, mode: "sockets", scale: 5 });
  await site.addCloud(pantavisor);
  const devices = await Promise.all(
    Array.from({ length: 200 }, (_, at) => site.addDevice(pantavisor, {}, { id: `pantavisor-${at}` })),
  );
  await site.until(() => devices.every((device) => device.state().phase === "idle"), "all of them");
  expect(new Set(devices.map((device) => device.state()["prn"])).size).toBe(200);
});

test("power cut at every write with the real Pantahub: cloud and device agree in the end", async () => {
  await crashSweep(
    DEVICE,
    async (run) => {
      const site = await TestSite.open({ seed: 13, probe: run.probe });
      try {
        await site.addCloud(pantavisor);
        run.arm((unit, unsynced) => {
          void site.cell.power.cut(unit, unsynced);
          const { time } = site.cell.ground;
          time.schedule(
            (time.now() + 1_000) as ReturnType<typeof time.now>,
            { due: () => void site.cell.power.on(unit) },
            0,
          );
        });
        const device = await site.addDevice(pantavisor, { layout: "documented" }, { power: "off" });
        void site.cell.power.on(DEVICE).catch(() => undefined);
        await site.until(() => isIn(device, "idle")() && site.cell.beliefOf(DEVICE)?.["prn"] === device.state()["prn"]);
        await publish(site, { objects: { a: "content" } });
        await site.until(() => device.state()["revision"] === "1" && isIn(device, "idle")(), "the update to end");
        await site.runFor(minutes(1));
        expect(site.cell.differences(DEVICE)).toEqual([]);
        expect(device.state()).toMatchObject({ revision: "1", status: "DONE", phase: "idle" });
      } finally {
        await site[Symbol.asyncDispose]();
      }
    },
    { every: 1 },
  );
});

test("frozen in the middle of an update and thawed twice, it goes on twice the same", async () => {
  await using site = await TestSite.open({ seed: 17 });
  await site.addCloud(pantavisor);
  const device = await site.addDevice(pantavisor, { timing: "realistic" });
  await site.until(isIn(device, "idle"));
  await publish(site);
  await site.until(isIn(device, "installing"));
  const snapshot = await site.virtual.freeze();
  const ends: string[] = [];
  for (let time = 0; time < 2; time++) {
    await using thawed = await TestSite.thaw(snapshot);
    await thawed.until(
      () => thawed.cell.stateOf(DEVICE)["revision"] === "1" && thawed.cell.stateOf(DEVICE).phase === "idle",
    );
    await thawed.runFor(minutes(1));
    expect(thawed.cell.differences(DEVICE)).toEqual([]);
    ends.push(thawed.events.lines());
  }
  expect(ends[0]).toBe(ends[1]);
});

test("a device that was made with containers gives the hub its objects and its state", async () => {
  await using site = await TestSite.open({ seed: 23 });
  await site.addCloud(pantavisor);
  const storage = new MemoryStorage({ now: () => site.cell.ground.time.now() });
  const blob = await site.cell.ground.blobs.put("root file system");
  await storage.place(`objects/${blob.sha256}`, blob);
  const run = { name: "app", type: "lxc", config: "lxc.conf", roles: [] };
  const state = { "#spec": "pantavisor-service-system@1", "app/run.json": run, "app/root.squashfs": blob.sha256 };
  await storage.write("trails/0/.pvr/json", JSON.stringify(state));
  await storage.sync();
  const spec = { id: DEVICE, index: 0, options: { control: true } };
  const device = pantavisor.createDevice({ ...spec, cloud: await site.cell.linkFor("pantahub", spec) });
  site.cell.power.add(DEVICE, pantavisor.name, device, storage);
  await site.cell.power.on(DEVICE);
  await site.until(isIn(device, "idle"), "the device to be idle");
  expect(site.events.events.some(({ type }) => type === "trouble")).toBe(false);
  const containers = site.cell.ground.network.request(
    { kind: "unix", path: `/stand-ins/${DEVICE}/pantavisor/pv-ctrl` },
    { method: "GET", target: "/containers", version: "1.1", headers: [], body: { kind: "empty" } },
  );
  expect(await readJson((await containers).body)).toMatchObject([{ name: "app", status: "STARTED" }]);
});
