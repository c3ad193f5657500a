import { type Device, type FaultRule, foldEvent, hours, type JsonObject, minutes, seconds } from "@understudy/kernel";
import { crashSweep, type SweepRun, TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { ScriptedHub, scriptedFamily } from "./scripted-hub.ts";

const DEVICE = "pantavisor-0";

/** A site whose device is switched on again a second after every power cut. */
async function sweptSite(
  run: SweepRun,
  options: JsonObject,
  faults: readonly FaultRule[] = [],
): Promise<{ site: TestSite; hub: ScriptedHub; device: Device }> {
  const hub = new ScriptedHub();
  const site = await TestSite.open({ seed: 3, probe: run.probe, faults });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  run.arm((unit, unsynced) => {
    void site.cell.power.cut(unit, unsynced);
    const time = site.cell.ground.time;
    time.schedule((time.now() + 1_000) as ReturnType<typeof time.now>, { due: () => void site.cell.power.on(unit) }, 0);
  });
  const device = await site.addDevice(family, options, { power: "off" });
  void site.cell.power.on(DEVICE).catch(() => undefined);
  return { site, hub, device };
}

const ENDS = [
  { update: { done: 1, updated: 0, error: 0, wontgo: 0 }, status: "DONE", revision: "1", layout: "documented" },
  { update: { done: 0, updated: 1, error: 0, wontgo: 0 }, status: "UPDATED", revision: "1", layout: "least" },
  { update: { done: 0, updated: 0, error: 1, wontgo: 0 }, status: "ERROR", revision: "0", layout: "documented" },
];

test.each(ENDS)(
  "power cut at every write of a whole life ending $status ($layout layout): wholly old or wholly new, and the cloud agrees",
  async ({ update, status, revision, layout }) => {
    const runs = await crashSweep(DEVICE, async (run) => {
      const { site, hub, device } = await sweptSite(run, {
        automation: { update },
        layout,
        timing: { installMs: 500, rebootMs: 2_000 },
      });
      try {
        await site.until(
          () =>
            [...hub.accounts.values()].some(({ id }) => String(device.state()["prn"]).endsWith(id)) &&
            device.state().phase === "idle",
        );
        const account = [...hub.accounts.values()].find(({ id }) => String(device.state()["prn"]).endsWith(id));
        if (account === undefined) throw new Error("the device has no account");
        for (const id of [...hub.accounts.keys()]) if (id !== account.id) hub.accounts.delete(id);
        const blob = await site.cell.ground.blobs.put("the new root file system");
        hub.publish({ "app/root.squashfs": blob });
        await site.until(
          () => account.steps[0]?.progress.status === status && device.state().phase === "idle",
          `the end ${status}`,
        );
        await site.runFor(minutes(1));
        expect(device.state()).toMatchObject({ phase: "idle", revision, status });
        expect(account.deviceMeta["pantavisor.revision"]).toBe(revision);
        expect(device.state()["trying"]).toBeUndefined();
        const stored = await site.cell.power.worldOf(DEVICE).storage.readText("revision-info.json");
        expect(JSON.parse(stored ?? "{}")).not.toHaveProperty("update");
        const folded = site.events.events
          .filter(({ source }) => source === DEVICE)
          .reduce<JsonObject>((state, event) => foldEvent(state, event), {});
        expect(folded).toEqual(device.state());
      } finally {
        await site[Symbol.asyncDispose]();
      }
    });
    expect(runs).toBeGreaterThan(60);
  },
);

test("downloads that break are taken up again; the end is the same", async () => {
  const hub = new ScriptedHub();
  await using site = await TestSite.open({
    seed: 5,
    faults: [
      { operation: "download", rate: 0.5, error: "connection reset" },
      { operation: "report", rate: 0.3 },
    ],
  });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family);
  await site.until(() => device.state().phase === "idle");
  const blobs = await Promise.all(["a", "b", "c", "d"].map((text) => site.cell.ground.blobs.put(text)));
  hub.publish(Object.fromEntries(blobs.map((blob, at) => [`app/${at}`, blob])));
  await site.until(() => device.state()["revision"] === "1" && device.state().phase === "idle");
  expect(hub.only.steps[0]?.progress.status).toBe("DONE");
});

test("a wrong object is an ERROR, and the device stays what it was", async () => {
  const hub = new ScriptedHub();
  await using site = await TestSite.open({ seed: 5, faults: [{ operation: "verify", nth: 1, error: "0".repeat(64) }] });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family);
  await site.until(() => device.state().phase === "idle");
  const blob = await site.cell.ground.blobs.put("content");
  hub.publish({ a: blob });
  await site.until(() => device.state()["status"] === "ERROR" && device.state().phase === "idle");
  expect(hub.only.steps[0]?.progress).toMatchObject({
    status: "ERROR",
    "status-msg": `Object validation went wrong: expected ${blob.sha256}, got ${"0".repeat(64)}`,
  });
  expect(device.state()["revision"]).toBe("0");
});

test("a cloud that is down for an hour is waited for, ever less often, and then everything goes on", async () => {
  const hub = new ScriptedHub();
  await using site = await TestSite.open({ seed: 5 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family);
  await site.until(() => device.state().phase === "idle");
  await site.cell.power.stop("pantahub");
  await site.until(() => device.state()["online"] === false);
  await site.runFor(hours(1));
  expect(device.state()).toMatchObject({ phase: "idle", online: false });
  await site.cell.power.on("pantahub");
  hub.publish({ a: await site.cell.ground.blobs.put("a") });
  await site.until(() => device.state()["online"] === true, "the device to come back", seconds(120));
  await site.until(() => device.state()["revision"] === "1" && device.state().phase === "idle");
});
