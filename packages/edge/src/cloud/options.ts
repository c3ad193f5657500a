import type { JsonObject } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { type FirstTarget, firstTargetOf } from "./targets/new-target.ts";

/** What the lab file says of an edge cloud; every member has a default. */
export const EdgeCloudOptions = Type.Object(
  {
    adminToken: Type.Optional(
      Type.String({
        minLength: 8,
        description:
          "Bearer token of the operator, also the password of MQTT user `operator`. Default: edge-admin-token.",
      }),
    ),
    fleetId: Type.Optional(
      Type.String({ minLength: 1, description: "Fleet of the lab's devices. Default: default-fleet." }),
    ),
    keepAliveS: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65_535, description: "MQTT keep-alive that devices are told. Default: 60." }),
    ),
    defaultConfig: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          "Config of a new device's target. Default: that of the real cloud, with jobs and remote access off.",
      }),
    ),
  },
  { additionalProperties: false },
);
type EdgeCloudOptions = Static<typeof EdgeCloudOptions>;

/** The options with defaults filled in. */
export interface EdgeCloudSettings {
  readonly adminToken: string;
  readonly fleetId: string;
  readonly keepAliveS: number;
  readonly firstTarget: FirstTarget;
}

/** Name of the MQTT user whose password is the admin token. */
export const OPERATOR_USER = "operator";

/** What a new device is to do until somebody decides otherwise. */
const DEFAULT_CONFIG: JsonObject = Object.freeze({
  logging: { level: "info", enableRemoteLogging: true, enableFilePersistence: false },
  features: { enableDeviceJobs: false, enableDeviceSensorPublish: true, enableDeviceRemoteAccess: false },
  settings: {
    metricsIntervalMs: 60_000,
    deviceReportIntervalMs: 30_000,
    stateReportIntervalMs: 10_000,
    scheduledRestart: { enabled: false, intervalDays: 7, reason: "heap_fragmentation_cleanup" },
  },
});

/** Fills in the defaults. The options have passed {@link EdgeCloudOptions}. */
export function settingsOf(given: JsonObject): EdgeCloudSettings {
  const { adminToken, fleetId, keepAliveS, defaultConfig } = given as EdgeCloudOptions; // Checked by whoever read the lab file.
  return {
    adminToken: adminToken ?? "edge-admin-token",
    fleetId: fleetId ?? "default-fleet",
    keepAliveS: keepAliveS ?? 60,
    firstTarget: firstTargetOf((defaultConfig as JsonObject | undefined) ?? DEFAULT_CONFIG), // It came as JSON.
  };
}
