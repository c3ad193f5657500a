import { instant, SeededRandom } from "@understudy/kernel";
import { expect, test } from "vitest";
import { measure } from "./measure.ts";
import { type Observed, planReport, stripReport } from "./plan-report.ts";

const observed: Observed = { apps: {}, version: 3, config: { logging: {} }, osVersion: "Linux", agentVersion: "1.0.0" };
const always = { apps: {}, is_online: true, version: 3 };
const metrics = measure(new SeededRandom(1), instant(0), instant(61_500));

test("the first report tells everything", () => {
  expect(planReport(undefined, observed, undefined)).toEqual({
    ...always,
    config: { logging: {} },
    os_version: "Linux",
    agent_version: "1.0.0",
  });
});

test("nothing changed, nothing to tell", () => {
  expect(planReport(observed, { ...observed }, undefined)).toBeUndefined();
});

test.each([
  ["a new version", { version: 4 }, { ...always, version: 4 }],
  ["other apps", { apps: { "1": {} } }, { ...always, apps: { "1": {} } }],
  ["another config", { config: {} }, { ...always, config: {} }],
  ["a newer agent", { agentVersion: "1.0.1" }, { ...always, agent_version: "1.0.1" }],
])("%s is told without the rest", (_, change, report) => {
  expect(planReport(observed, { ...observed, ...change }, undefined)).toEqual(report);
});

test("metrics are told even when nothing else changed", () => {
  expect(planReport(observed, observed, metrics)).toEqual({ ...always, ...metrics });
  expect(metrics).toMatchObject({ memory_total: 2_048, uptime: 61.5 });
  expect(metrics.cpu_temp).toBe(metrics.temperature);
});

test("a report that waits loses what is bulky", () => {
  const report = { ...always, ...metrics, top_processes: [{}], network_interfaces: [], sensor_health: {} };
  expect(stripReport(report)).toEqual({ ...always, ...metrics });
});
