import { minutes, seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { intervalsOf } from "./settings.ts";
import { simulateApps } from "./simulate-apps.ts";

const own = { poll: seconds(60), report: seconds(60), metrics: minutes(5) };

test("a target's settings win over the device's own, where they make sense", () => {
  const settings = { targetStatePollIntervalMs: 5_000, deviceReportIntervalMs: 0, metricsIntervalMs: "soon" };
  expect(intervalsOf({ settings }, own)).toEqual({ ...own, poll: seconds(5) });
  expect(intervalsOf({}, own)).toBe(own);
  expect(intervalsOf({ settings: [1] }, own)).toBe(own);
});

test("a simulated device runs every service of its target", () => {
  const web = { serviceId: 1, serviceName: "web", imageName: "nginx:1.27", environment: { A: "1" } };
  expect(simulateApps({ "1001": { appId: 1001, appName: "shop", services: [web] }, bad: "x" })).toEqual({
    "1001": {
      appId: 1001,
      appName: "shop",
      services: [{ serviceId: 1, serviceName: "web", imageName: "nginx:1.27", status: "running" }],
    },
  });
});
