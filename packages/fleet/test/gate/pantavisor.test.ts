import { pantavisor } from "@understudy/pantavisor";
import { gate } from "./gate.ts";

gate({
  family: pantavisor,
  devices: [{ id: "dev-1", decide: { update: "done" } }],
  ready: (states) => states["dev-1"]?.phase === "idle",
  action: {
    name: "publish",
    args: { message: "gate", objects: { "app/root.squashfs": { bytes: 300_000 } } },
    to: ["dev-1"],
  },
  middle: (states) => states["dev-1"]?.phase === "rebooting" || states["dev-1"]?.phase === "off",
  done: (states) => states["dev-1"]?.phase === "idle" && states["dev-1"].revision !== "0",
  struck: "dev-1",
  scale: 30,
  lab: `
seed: 7
duration: 3m
fleets:
  - { family: pantavisor, count: 1001, decide: { update: done } }
faults:
  - { family: pantavisor, operation: download, rate: 0.3, error: connection reset }
timeline:
  - { at: 60s, publish: { objects: { app/root.squashfs: { bytes: 100000 } } } }
  - { at: 75s, power-cut: { share: 0.1 }, for: 20s }
`,
});
