import { TestSite } from "@understudy/kernel/testing";
import { panos } from "@understudy/panos";
import { expect, test } from "vitest";

test("what goes wrong with some firewalls of a fleet keeps no other from its upgrade, and all are counted", async () => {
  const faults = ["fw-1", "fw-3"].map((device) => ({ device, operation: "download", error: "the line is dead" }));
  await using site = await TestSite.open({ faults });
  await site.addCloud(panos);
  const ids = [0, 1, 2, 3, 4].map((n) => `fw-${n}`);
  for (const id of ids)
    await site.addDevice(
      panos,
      { serial: `00${id.at(-1)}`, version: "10.1.0", available_versions: ["10.2.0"] },
      { id },
    );
  await site.until(() => ids.every((id) => site.cell.stateOf(id)["connected"] === true), "all to be connected");
  await expect(
    site.during(site.cell.act(panos, "panorama", "upgrade", { version: "10.2.0" }, ids)),
  ).rejects.toMatchObject({
    code: "job-failed",
    message: expect.stringMatching(/^2 of 5 upgrades failed, the first one so: .*001.*the line is dead/),
    details: { serial: "001", failed: 2 },
  });
  expect(ids.map((id) => site.cell.stateOf(id)["version"])).toEqual(["10.2.0", "10.1.0", "10.2.0", "10.1.0", "10.2.0"]);
});
