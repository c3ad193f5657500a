import type { Lab } from "@understudy/fleet";
import { type Family, type JsonObject, minutes } from "@understudy/kernel";

/** Live labs run until they are stopped, whatever their duration. */
const nothing = { seed: 1, duration: minutes(10), clouds: [], fleets: [], faults: [], timeline: [] } as const;

/** A lab that is one cloud and no devices. */
export const labOfOneCloud = (family: Family, options: JsonObject): Lab => ({
  ...nothing,
  clouds: [{ name: family.cloudKind, family, options }],
  families: new Map([[family.name, family]]),
});

/** A lab that is one device, whose cloud is elsewhere. */
export const labOfOneDevice = (family: Family, device: { readonly id: string; readonly options: JsonObject }): Lab => ({
  ...nothing,
  fleets: [{ name: device.id, family, decide: {}, options: {}, count: 1, devices: [device] }],
  families: new Map([[family.name, family]]),
});
