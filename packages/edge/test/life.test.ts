import { minutes, seconds } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { edge } from "../src/index.ts";

const web = { appId: 1001, appName: "shop", services: [{ serviceId: 1, serviceName: "web", imageName: "nginx:1.27" }] };

test("life", async () => {
  await using site = await TestSite.open({ seed: 7 });
  await site.addCloud(edge);
  const device = await site.addDevice(edge, {}, { id: "edge-1" });
  await site.until(
    () => device.state()["version"] === 1 && site.cell.beliefOf("edge-1")?.["version"] === 1,
    "first report",
    minutes(5),
  );
  console.log(site.events.lines());
  await site.during(site.cell.act(edge, "edge-cloud", "target", { apps: { "1001": web } }, ["edge-1"]));
  await site.until(() => site.cell.beliefOf("edge-1")?.["version"] === 2, "update", minutes(5));
  await site.during(
    site.cell.act(edge, "edge-cloud", "publish", { topic: "agent/update", payload: { action: "update" } }, ["edge-1"]),
  );
  await site.runFor(seconds(600));
  console.log(site.events.lines());
  expect(site.cell.differences("edge-1")).toEqual([]);
});
