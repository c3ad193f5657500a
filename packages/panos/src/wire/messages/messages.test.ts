import { type Duration, instant, parseIso } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { readXml } from "../xml/read.ts";
import type { XmlElement } from "../xml/tree.ts";
import type { Markup } from "../xml/write.ts";
import { devicesMessage, type ListedDevice } from "./devices.ts";
import { type HaMember, type HaView, haMessage } from "./high-availability.ts";
import { jobsMessage, type ShownJob } from "./job.ts";
import type { Message } from "./message.ts";
import { type SoftwareEntry, softwareListMessage } from "./software.ts";
import { type SystemInfo, systemInfoMessage } from "./system-info.ts";

const at = parseIso("2025-03-04T10:11:12Z") ?? instant(0);

function asResult(markup: Markup): XmlElement {
  const reading = readXml(`<result>${markup.markup}</result>`);
  if (!reading.ok) throw new Error(reading.fault.reason);
  return reading.root;
}

function comesBack<M>(message: Message<M>, value: M): void {
  expect(message.parse(asResult(message.render(value)))).toEqual(value);
  expect(message.describe(value)).not.toBe("");
}

const info: SystemInfo = {
  hostname: "fw-<1>",
  ipAddress: "192.168.1.10",
  macAddress: "00:1b:17:00:01:01",
  model: "PA-3220",
  family: "3200",
  serial: "001234567890",
  version: "10.1.0",
  appVersion: "8700-7999",
  appReleasedOn: "2025/01/01 00:00:00 UTC",
  antivirusVersion: "0",
  wildfireVersion: "0",
  time: at,
  uptime: 435_723_000 as Duration,
  multiVsys: false,
  vmLicense: "",
};

const entry: SoftwareEntry = {
  version: "11.1.0",
  fileName: "PanOS_3200-11.1.0",
  sizeMib: 957,
  releasedOn: "2024/01/02 03:04:05",
  downloaded: "downloading",
  current: false,
  latest: true,
  uploaded: false,
  sha256: "ab",
};

const job: ShownJob = {
  id: 5,
  type: "Downld",
  user: "admin",
  status: "ACT",
  result: "PEND",
  progress: 40,
  enqueuedAt: "2025/03/04 10:11:12",
  dequeuedAt: "10:11:12",
  finishedAt: "",
  description: "",
  position: 0,
  stoppable: true,
  details: [],
  warnings: ["w & w"],
};

const member: HaMember = {
  serial: "001",
  state: "active",
  stateDuration: 345_000 as Duration,
  priority: "100",
  preemptive: false,
  version: "10.1.0",
  model: "PA-5220",
  appVersion: "8700-7999",
  mgmtIp: "192.168.1.10",
  ha1Ip: "10.255.0.1",
  reason: "User requested",
};

const view: HaView = {
  enabled: true,
  local: member,
  peer: { ...member, serial: "002", state: "passive", lastError: { state: "suspended", reason: "User requested" } },
  mode: "Active-Passive",
  timers: {
    maxFlaps: 3,
    preemptFlaps: 0,
    nonfunctionalFlaps: 2,
    preemptHoldMinutes: 1,
    promotionHoldMs: 2000,
    helloMs: 8000,
    heartbeatMs: 1000,
    monitorHoldUpMs: 0,
    masterHoldUpMs: 500,
  },
  connections: { ha1: "up", ha2: "down" },
  stateSync: false,
  buildCompatible: true,
  appCompatible: false,
  linkMonitoring: {
    enabled: true,
    condition: "any",
    groups: [{ name: "links", enabled: true, condition: "all", members: [{ name: "ethernet1/1", status: "down" }] }],
  },
  pathMonitoring: {
    enabled: true,
    condition: "any",
    groups: [{ name: "default", enabled: true, condition: "any", members: [{ name: "10.0.0.1", status: "up" }] }],
  },
  syncEnabled: true,
  runningSync: "synchronized",
};

const device: ListedDevice = {
  serial: "001",
  connected: true,
  hostname: "fw-1",
  ipAddress: "127.0.0.1:28102",
  macAddress: "00:1b:17:00:00:01",
  uptime: 1000 as Duration,
  family: "3200",
  model: "PA-3220",
  version: "10.1.0",
  appVersion: "8700-7999",
  connectedAt: at,
  ha: { state: "active", peerSerial: "002" },
  policyStatus: "In Sync",
};

describe("what is rendered is parsed to the same", () => {
  test("system info", () => {
    comesBack(systemInfoMessage, info);
    comesBack(systemInfoMessage, { ...info, advancedRouting: true });
  });
  test("software", () =>
    comesBack(softwareListMessage, {
      updatedAt: at,
      entries: [entry, { ...entry, version: "11.0.0", current: true, latest: false, downloaded: "yes" }],
    }));
  test("jobs", () => {
    const pushed = {
      serial: "001",
      hostname: "fw-1",
      result: "OK",
      status: "commit succeeded",
      startedAt: "10:11:12",
      finishedAt: "",
      errors: ["e"],
      warnings: [],
    } as const;
    comesBack(jobsMessage, [
      job,
      { ...job, id: 4, status: "FIN", result: "FAIL", progress: 100, details: ["a", "b"], devices: [pushed] },
    ]);
  });
  test("high availability", () => {
    comesBack(haMessage, view);
    comesBack(haMessage, { enabled: false });
  });
  test("devices", () =>
    comesBack(devicesMessage, [device, { ...device, serial: "002", connected: false, policyStatus: "" }]));
});

test("enabled is the first element of a high availability reply", () => {
  expect(haMessage.render(view).markup.startsWith("<enabled>yes</enabled><group>")).toBe(true);
});

test("a reply of another kind is not taken for one of these", () => {
  const other = asResult({ markup: "<other/>" });
  expect(systemInfoMessage.parse(other)).toBeUndefined();
  expect(softwareListMessage.parse(other)).toBeUndefined();
  expect(haMessage.parse(other)).toBeUndefined();
  expect(devicesMessage.parse(other)).toBeUndefined();
});
