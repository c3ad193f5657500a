import type { DeviceState, JsonObject } from "@understudy/kernel";
import { panos } from "@understudy/panos";
import { gate } from "./gate.ts";

const member = (serial: string, peer: string, role: "active" | "passive"): JsonObject => ({
  serial,
  hostname: `fw-${role}`,
  model: "PA-5220",
  version: "10.5.1",
  ha_enabled: true,
  ha_role: role,
  ha_peer: peer,
  available_versions: ["11.1.0"],
});

const primary = member("001234567890", "001234567891", "active");
const secondary = member("001234567891", "001234567890", "passive");
type States = Readonly<Record<string, DeviceState>>;
const both = (states: States, is: (state: DeviceState) => boolean): boolean => Object.values(states).every(is);
const oneActive = (states: States): boolean =>
  Object.values(states)
    .map((state) => String(state.haState))
    .toSorted((a, b) => a.localeCompare(b))
    .join() === "active,passive";
const settled = (states: States): boolean =>
  oneActive(states) && both(states, (state) => state.phase === "online" && state.connected === true);

gate({
  family: panos,
  devices: [
    { id: "primary", options: primary },
    { id: "secondary", options: secondary },
  ],
  ready: settled,
  action: { name: "upgrade", args: { version: "11.1.0" }, to: ["secondary"] },
  middle: (states) => states.secondary?.phase === "rebooting" || states.secondary?.version === "11.1.0",
  done: (states) => settled(states) && states.secondary?.version === "11.1.0",
  concurrent: true,
  cloudWritesNothing: true,
  struck: "secondary",
  scale: 20,
  lab: `
seed: 7
duration: 5m
clouds:
  panorama: [{ name: east }, { name: west }]
fleets:
  - family: panos
    cloud: east
    devices: [${JSON.stringify(primary)}, ${JSON.stringify(secondary)}]
  - family: panos
    name: west
    cloud: west
    devices: [{ serial: "009", hostname: fw-9, version: 10.1.0, available_versions: [10.2.0] }]
timeline:
  - { at: 30s, upgrade: { version: 11.1.0, to: { fleet: panos } } }
  - { at: 30s, upgrade: { version: 10.2.0, to: { fleet: west } } }
`,
});
