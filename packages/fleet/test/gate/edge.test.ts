import { edge } from "@understudy/edge";
import { gate } from "./gate.ts";

const app = { appId: 1001, appName: "shop", services: [{ serviceId: 1, serviceName: "web", imageName: "nginx:1.27" }] };
const hasShop = (state: Readonly<Record<string, unknown>> | undefined): boolean =>
  JSON.stringify(state?.apps ?? {}).includes("nginx:1.27");

gate({
  family: edge,
  devices: [{ id: "edge-1", options: { pollIntervalMs: 10_000, reportIntervalMs: 10_000 } }],
  ready: (states) => states["edge-1"]?.phase === "online" && states["edge-1"].version === 1,
  action: { name: "target", args: { apps: { "1001": app } }, to: ["edge-1"] },
  middle: (states) => states["edge-1"]?.phase === "applying",
  done: (states) =>
    states["edge-1"]?.phase === "online" && Number(states["edge-1"].version) >= 2 && hasShop(states["edge-1"]),
  concurrent: true,
  struck: "edge-1",
  scale: 30,
  lab: `
seed: 7
duration: 3m
fleets:
  - { family: edge, count: 1001 }
faults:
  - { family: edge, operation: poll, rate: 0.2 }
timeline:
  - { at: 60s, target: { apps: { "1001": { appId: 1001, appName: shop, services: [{ serviceId: 1, serviceName: web, imageName: "nginx:1.27" }] } } } }
  - { at: 75s, power-cut: { share: 0.1 }, for: 20s }
`,
});
