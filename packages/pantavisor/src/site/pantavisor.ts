import type { Family } from "@understudy/kernel";
import { PantahubOptions } from "../cloud/options.ts";
import { createPantahub } from "../cloud/pantahub.ts";
import { createPantavisorDevice } from "../device/pantavisor-device.ts";
import { PANTAVISOR_OPERATIONS, PANTAVISOR_PHASES } from "../device/phases.ts";
import { pantavisorDeviceSchema } from "../device/settings.ts";
import { actOnPantavisor, pantavisorActions } from "./actions.ts";

/** Pantavisor devices and their Pantahub, as labs know them. */
export const pantavisor: Family = {
  name: "pantavisor",
  cloudKind: "pantahub",
  ports: { http: 7410 },
  tlsPorts: { https: 7411 },
  schemas: { cloud: PantahubOptions, device: pantavisorDeviceSchema, actions: pantavisorActions },
  operations: PANTAVISOR_OPERATIONS,
  phases: PANTAVISOR_PHASES,
  createCloud: createPantahub,
  createDevice: (spec) => createPantavisorDevice(spec),
  act: actOnPantavisor,
};
