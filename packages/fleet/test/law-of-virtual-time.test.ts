import { Worker } from "node:worker_threads";
import type { LabSource } from "@understudy/fleet";
import { expect, test } from "vitest";
import type { Verdict } from "./law/lawful-thread.ts";

const base = new URL("../../../examples/lamp-family/lab.yaml", import.meta.url).href;

function judge(text: string): Promise<Verdict> {
  const source: LabSource = { text, file: "lab.yaml", baseUrl: base };
  const worker = new Worker(new URL("./law/lawful-thread.ts", import.meta.url), {
    workerData: source,
    execArgv: ["--conditions=understudy-source"],
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

test.each([
  [
    "the lamp family",
    "families: { lamp: ./lamp.ts }\nduration: 3m\nfleets: [{ family: lamp, count: 10 }]\ntimeline: [{ at: 30s, light: { lit: true } }]\n",
  ],
  [
    "Pantavisor",
    "duration: 3m\nfleets: [{ family: pantavisor, count: 5, logs: true, control: true, bus: true, decide: { update: done } }]\ntimeline: [{ at: 60s, publish: { objects: { app/x.squashfs: { bytes: 50000 } } } }]\n",
  ],
  [
    "PAN-OS",
    "duration: 3m\nfleets: [{ family: panos, devices: [{ serial: '001', hostname: fw-1, version: 10.1.0, available_versions: [10.2.0] }, { serial: '002', hostname: fw-2, version: 10.1.0 }] }]\ntimeline: [{ at: 30s, upgrade: { version: 10.2.0, to: panos-0 } }]\n",
  ],
  [
    "edge",
    "duration: 3m\nfleets: [{ family: edge, count: 5 }]\ntimeline: [{ at: 60s, target: { apps: { '1': { appId: 1, appName: a, services: [] } } } }]\n",
  ],
])("%s keeps the law of virtual time", async (_, text) => {
  const verdict = await judge(text);
  expect(verdict.error).toBeUndefined();
  expect(verdict.offences).toEqual([]);
  expect(verdict.devices).toBeGreaterThan(0);
});

test("an offender is caught: a family that looks at the machine's clock and disk", async () => {
  const text =
    "families: { lamp: ../../packages/fleet/test/law/unlawful-family.ts }\nduration: 1m\nfleets: [{ family: lamp, count: 1 }]\n";
  const verdict = await judge(text);
  expect(verdict.offences.join("\n")).toMatch(/Date\.now\(\).*unlawful-family/);
  expect(verdict.offences.join("\n")).toMatch(/FSREQ|FILEHANDLE/);
});
