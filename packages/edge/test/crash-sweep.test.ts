import { later, minutes, seconds, type WriteProbe } from "@understudy/kernel";
import { crashSweep, type SweepRun, type TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { edge } from "../src/index.ts";
import { CLOUD, DEVICE, foldOf, RUNNING_SHOP, SHOP, siteWithCloud } from "./site.ts";

/** Strikes only when armed: what comes before is not part of the sweep. */
function lateProbe(run: SweepRun): { readonly probe: WriteProbe; arm(site: TestSite): void } {
  let armed = false;
  return {
    probe: { gone: (unit, what, moment) => armed && run.probe.gone(unit, what, moment) },
    arm: (site) => {
      armed = true;
      run.arm((unit, unsynced) => {
        const { power, ground } = site.cell;
        void power.cut(unit, unsynced);
        const back = { due: () => void power.on(unit).catch(() => undefined) };
        ground.time.schedule(later(ground.time.now(), seconds(1)), back, 0);
      });
    },
  };
}

/** A life with an update in it, during which the power of one stand-in is cut once. */
async function life(run: SweepRun): Promise<void> {
  const late = lateProbe(run);
  await using site = await siteWithCloud({ seed: 3, probe: late.probe });
  const device = await site.addDevice(edge, {}, { power: "off" });
  late.arm(site);
  void site.cell.power.on(DEVICE).catch(() => undefined);
  const isReported = (version: number) => () => site.cell.beliefOf(DEVICE)?.["version"] === version;
  await site.until(isReported(1), "the first report", minutes(20));
  for (let attempt = 0; attempt < 3 && device.state()["targetVersion"] === 1; attempt++) {
    // An operator whose cloud goes away hears nothing, waits, and tries again when nothing has come of it.
    await site
      .during(site.cell.act(edge, CLOUD, "target", { apps: { "1001": SHOP } }, [DEVICE]), minutes(2))
      .catch(() => undefined);
    await site.runFor(minutes(2));
  }
  await site.until(isReported(2), "the update", minutes(30));
  await site.runFor(minutes(10));
  expect(device.state()).toMatchObject({ phase: "online", version: 2, apps: { "1001": RUNNING_SHOP }, mqtt: true });
  expect(site.cell.differences(DEVICE)).toEqual([]);
  expect(foldOf(site, DEVICE)).toEqual(device.state());
  expect(foldOf(site, CLOUD)[DEVICE]).toEqual(site.cell.beliefOf(DEVICE));
}

test("power cut at every write of a device's life: it ends as it would have", async () => {
  expect(await crashSweep(DEVICE, life)).toBeGreaterThan(40);
});

test("power cut at every write of the cloud: nothing is lost that was acknowledged", async () => {
  expect(await crashSweep(CLOUD, life)).toBeGreaterThan(20);
});
