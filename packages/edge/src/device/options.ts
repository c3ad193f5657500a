import { type DeviceSpec, type Duration, milliseconds } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { DEFAULT_API_VERSION } from "../wire/cloud/paths.ts";

const Interval = (text: string) =>
  Type.Optional(Type.Integer({ minimum: 1_000, maximum: 86_400_000, description: text }));

/** A device's entry in the lab file: what environment variables say to a real agent. */
export const EdgeDeviceOptions = Type.Object(
  {
    uuid: Type.Optional(Type.String({ pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" })),
    deviceName: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    deviceType: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    applicationId: Type.Optional(Type.Integer({ minimum: 1 })),
    macAddress: Type.Optional(Type.String()),
    osVersion: Type.Optional(Type.String()),
    agentVersion: Type.Optional(Type.String()),
    provisioningApiKey: Type.Optional(Type.String({ minLength: 1 })),
    cloudApiEndpoint: Type.Optional(Type.String({ pattern: "^https?://", description: "A cloud outside the lab." })),
    apiVersion: Type.Optional(Type.String({ pattern: "^v[0-9]+$" })),
    pollIntervalMs: Interval("Between polls for the target state; the target's own settings win."),
    reportIntervalMs: Interval("At least between two state reports; the target's own settings win."),
    metricsIntervalMs: Interval("Between reports with metrics; the target's own settings win."),
    keepAliveS: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: "MQTT keep-alive; 0 switches it off; default: the broker's.",
      }),
    ),
    applyMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400_000,
        description: "How long the simulated device takes to apply a target.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type EdgeDeviceOptions = Static<typeof EdgeDeviceOptions>;

/** What holds where neither the lab file nor the target state says otherwise. */
export const DEVICE_DEFAULTS = {
  deviceType: "standalone",
  osVersion: "Linux 6.12 (simulated)",
  agentVersion: "1.0.0",
  apiVersion: DEFAULT_API_VERSION,
  pollIntervalMs: 60_000,
  reportIntervalMs: 60_000,
  metricsIntervalMs: 300_000,
  applyMs: 2_000,
} as const;

/** A device's own intervals, before the target state has its say. */
export interface Intervals {
  readonly poll: Duration;
  readonly report: Duration;
  readonly metrics: Duration;
}

/** The device's entry, typed: the lab has checked it by {@link EdgeDeviceOptions}. */
export const optionsOf = (spec: DeviceSpec): EdgeDeviceOptions => spec.options as EdgeDeviceOptions;

export const ownIntervals = ({
  pollIntervalMs,
  reportIntervalMs,
  metricsIntervalMs,
}: EdgeDeviceOptions): Intervals => ({
  poll: milliseconds(pollIntervalMs ?? DEVICE_DEFAULTS.pollIntervalMs),
  report: milliseconds(reportIntervalMs ?? DEVICE_DEFAULTS.reportIntervalMs),
  metrics: milliseconds(metricsIntervalMs ?? DEVICE_DEFAULTS.metricsIntervalMs),
});
