import { readLab } from "@understudy/fleet";
import { milliseconds } from "@understudy/kernel";
import { expect, test } from "vitest";

const read = (text: string) => readLab({ text, file: "lab.yaml" });

test("a timeline has actions, power cuts, faults, and what devices are forced to be", async () => {
  const lab = await read(`
fleets: [{ family: panos, devices: [{ serial: "1", hostname: a, version: 10.1.0 }] }]
timeline:
  - { at: 1s, upgrade: { version: 10.2.0, to: { share: 0.5 } } }
  - { at: 500ms, power-cut: { device: "fw-*" }, for: 2m }
  - { at: 2, fault: { family: panos, operation: install, times: 1 } }
  - { at: 1h, force: { phase: maintenance, tcp_sessions: 3, to: fw-1 } }
`);
  expect(lab.timeline).toMatchObject([
    { kind: "act", action: "upgrade", args: { version: "10.2.0" }, to: { family: "panos", share: 0.5 } },
    { kind: "power-cut", at: milliseconds(500), lasting: milliseconds(120_000), to: { device: "fw-*" } },
    { kind: "fault", at: milliseconds(2_000), rule: { operation: "install", times: 1 } },
    { kind: "force", wanted: { phase: "maintenance", tcp_sessions: 3 }, to: { family: "panos", device: "fw-1" } },
  ]);
});

const FIREWALLS = `fleets: [{ family: panos, devices: [{ serial: "1", hostname: a, version: 10.1.0 }] }]`;

test.each([
  [`${FIREWALLS}\ntimeline: [{ at: 1s, force: { phase: burning } }]`, /^lab\.yaml:2:\d+: .*phase.*"?online/],
  [`${FIREWALLS}\ntimeline: [{ at: soon, force: { phase: off } }]`, /timeline\[0\]\.at: .*"soon".*500ms/],
  [`${FIREWALLS}\ntimeline: [{ at: 1s, explode: {} }]`, /explode: .*power-cut, fault, force, upgrade/],
  [`${FIREWALLS}\ntimeline: [{ at: 1s, force: {}, upgrade: {} }]`, /force and upgrade.*exactly one of/],
  [`${FIREWALLS}\ntimeline: [{ at: 1s, force: { phase: off }, for: 2s }]`, /only power cuts end by themselves/],
  ["fleets: [{ family: pantavisor }]\ntimeline: [{ at: 1s, force: { phase: off } }]", /force: .*an unknown action/],
  ["fleets: [{ family: panos, devices: [{ serial: 1 ] }]", /^lab\.yaml:1:/],
  ["fleet: []", /fleet/],
])("%s is refused, with place, finding and what would be accepted", async (text, words) => {
  const error: unknown = await read(text).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "bad-lab-file", message: expect.stringMatching(words) });
  expect((error as Error).message).not.toContain("\n");
});
