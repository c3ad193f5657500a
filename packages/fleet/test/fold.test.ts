import { openCell, planCells, readLab } from "@understudy/fleet";
import { EventList, foldEvent, type JsonObject, later, seconds } from "@understudy/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Labs with much trouble, by family; `seed` changes every fate. */
const labs: Readonly<Record<string, (seed: number) => string>> = {
  pantavisor: (seed) => `
seed: ${seed}
duration: 5m
fleets: [{ family: pantavisor, count: 8, decide: { invitation: accept }, automation: { enabled: true, update: { done: 3, updated: 2, error: 1, wontgo: 1 } } }]
faults:
  - { family: pantavisor, operation: "*", rate: 0.15, error: lost }
timeline:
  - { at: 40s, publish: { objects: { a: { bytes: 2000 } } } }
  - { at: 60s, power-cut: { share: 0.5 }, for: 15s }
  - { at: 80s, invite: { deployment: d1, release: r1, to: { share: 0.5 } } }
  - { at: 100s, publish: { objects: { b: { bytes: 2000 } } } }
  - { at: 111s, power-cut: { share: 0.5 }, for: 5s }
`,
  edge: (seed) => `
seed: ${seed}
duration: 5m
fleets: [{ family: edge, count: 8, pollIntervalMs: 10000, reportIntervalMs: 10000 }]
faults: [{ family: edge, operation: "*", rate: 0.15, error: lost }]
timeline:
  - { at: 40s, target: { apps: { "1": { appId: 1, appName: a, services: [{ serviceId: 1, serviceName: s, imageName: i }] } } } }
  - { at: 60s, power-cut: { share: 0.5 }, for: 15s }
  - { at: 111s, power-cut: { share: 0.5 }, for: 5s }
`,
  panos: (seed) => `
seed: ${seed}
duration: 5m
fleets:
  - family: panos
    devices:
      - { serial: "1", hostname: a, version: 10.1.0, ha_enabled: true, ha_role: active, ha_peer: "2", available_versions: [10.2.0] }
      - { serial: "2", hostname: b, version: 10.1.0, ha_enabled: true, ha_role: passive, ha_peer: "1", available_versions: [10.2.0] }
      - { serial: "3", hostname: c, version: 10.1.0, available_versions: [10.2.0] }
faults: [{ family: panos, operation: download, rate: 0.3, error: lost }]
timeline:
  - { at: 40s, upgrade: { version: 10.2.0 } }
  - { at: 60s, power-cut: { share: 0.5 }, for: 15s }
  - { at: 111s, power-cut: { share: 0.5 }, for: 5s }
  - { at: 150s, force: { phase: maintenance, to: { share: 0.5 } } }
  - { at: 170s, force: { phase: online, tcp_sessions: 7 } }
  - { at: 190s, force: { ha_state: non-functional, to: panos-1 } }
  - { at: 200s, force: { phase: off, to: { share: 0.5 } } }
  - { at: 220s, force: { phase: downloading } }
`,
};

test.each(Object.entries(labs))("%s: a device's state is the fold of its changes, at any moment", async (_, text) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
      const lab = await readLab({ text: text(seed), file: "fold.yaml" });
      for (const plan of planCells(lab)) {
        const events = new EventList();
        const cell = await openCell(lab, plan, 1, { events, failed: () => undefined });
        const folded = new Map<string, JsonObject>();
        let seen = 0;
        for (let moment = 0; moment < 30; moment++) {
          await cell.time.runUntil(later(cell.time.now(), seconds(10)));
          for (; seen < events.events.length; seen++) {
            const event = events.events[seen];
            if (event !== undefined) folded.set(event.source, foldEvent(folded.get(event.source) ?? {}, event));
          }
          for (const id of cell.devices.keys())
            expect(folded.get(id), `${id} at ${moment * 10} s`).toEqual(cell.stateOf(id));
        }
      }
    }),
    { numRuns: 8 },
  );
});
