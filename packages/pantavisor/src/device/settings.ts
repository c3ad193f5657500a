import type { JsonObject } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { DEFAULT_PROFILE, type Profile } from "./profile.ts";

const positiveSeconds = Type.Number({ exclusiveMinimum: 0, maximum: 31_536_000 });
const milliseconds = Type.Number({ minimum: 0, maximum: 86_400_000 });

const profileSchema = Type.Object(
  {
    arch: Type.Optional(Type.String()),
    model: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
    kernelName: Type.Optional(Type.String()),
    kernelRelease: Type.Optional(Type.String()),
    kernelVersion: Type.Optional(Type.String()),
    machine: Type.Optional(Type.String()),
    memoryBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    storageBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);

/** A device's entry in a lab file. */
export const pantavisorDeviceSchema = Type.Object(
  {
    /** What kind of board it is. */
    profile: Type.Optional(profileSchema),
    /** Metadata that replace the generated ones or come beside them, as `device-meta` of `mocker.json`. */
    deviceMetadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** How often the device asks and tells; default: its `pantahub.config`, or 10 s each. */
    intervals: Type.Optional(
      Type.Object(
        {
          stepsSeconds: Type.Optional(positiveSeconds),
          userMetadataSeconds: Type.Optional(positiveSeconds),
          deviceMetadataSeconds: Type.Optional(positiveSeconds),
          logsSeconds: Type.Optional(positiveSeconds),
        },
        { additionalProperties: false },
      ),
    ),
    /** How long parts of an update take besides their real work. Default `fast`. */
    timing: Type.Optional(
      Type.Union([
        Type.Literal("fast"),
        Type.Literal("realistic"),
        Type.Literal("production"),
        Type.Object(
          {
            downloadMs: Type.Optional(milliseconds),
            installMs: Type.Optional(milliseconds),
            rebootMs: Type.Optional(milliseconds),
          },
          { additionalProperties: false },
        ),
      ]),
    ),
    /**
     * When nobody answers the question in TESTING it becomes `done` after so many seconds; `wait`: never. Default: 10, and never while
     * somebody is there to answer.
     */
    decisionTimeoutSeconds: Type.Optional(Type.Union([positiveSeconds, Type.Literal("wait")])),
    /**
     * Updates and invitations are answered by weighted chance: with these weights (as `automation` of `mocker.json`), or with `true` by
     * those of the device's own `mocker.json`.
     */
    automation: Type.Optional(Type.Union([Type.Boolean(), Type.Record(Type.String(), Type.Unknown())])),
    /** Keep a log file and push it. Default false. */
    logs: Type.Optional(Type.Boolean()),
    /** Serve the control socket `pantavisor/pv-ctrl`. Default false. */
    control: Type.Optional(Type.Boolean()),
    /** Replies of the control socket: `safe` (default), or those of the original as far as they are neither hang nor crash. */
    compat: Type.Optional(Type.Union([Type.Literal("safe"), Type.Literal("strict")])),
    /** Serve the message bus `mocker.sock`. Default false. */
    bus: Type.Optional(Type.Boolean()),
    /**
     * `documented`: every file of the documented layout is written. `least` (default): files that can be made from others are left
     * out, which halves the memory of a fleet's device.
     */
    layout: Type.Optional(Type.Union([Type.Literal("documented"), Type.Literal("least")])),
    /** End after one pass: registration, claim, metadata, and a waiting update if there is one. */
    oneShot: Type.Optional(Type.Boolean()),
    /** Speak to the cloud's `https` endpoint. Default: `http` where there is one. */
    tls: Type.Optional(Type.Boolean()),
    /** Autotoken to register with; default: what the cloud's enrolment gives, or `PH_FACTORY_AUTOTOK`. */
    autotok: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

export type PantavisorDeviceOptions = Static<typeof pantavisorDeviceSchema>;

/** How long parts of an update take besides their real work, in milliseconds. */
export interface Timing {
  readonly downloadMs: number;
  readonly installMs: number;
  readonly rebootMs: number;
}

export const TIMINGS: Readonly<Record<"fast" | "realistic" | "production", Timing>> = Object.freeze({
  fast: Object.freeze({ downloadMs: 0, installMs: 0, rebootMs: 10_000 }),
  realistic: Object.freeze({ downloadMs: 5_000, installMs: 3_000, rebootMs: 15_000 }),
  production: Object.freeze({ downloadMs: 60_000, installMs: 30_000, rebootMs: 60_000 }),
});

/** How often a device asks and tells, in milliseconds. */
export interface Intervals {
  readonly steps: number;
  readonly userMetadata: number;
  readonly deviceMetadata: number;
  readonly logs: number;
}

/** Intervals of a device whose configuration was made by us. */
export const DEFAULT_INTERVALS: Intervals = Object.freeze({
  steps: 10_000,
  userMetadata: 10_000,
  deviceMetadata: 10_000,
  logs: 30_000,
});

/** A device's options, complete. Devices without options of their own share one. */
export interface DeviceSettings {
  readonly profile: Profile;
  readonly deviceMetadata: JsonObject;
  readonly intervals: Partial<Intervals>;
  readonly timing: Timing;
  /** Milliseconds, or until it is answered; `undefined`: depends on whether somebody is there. */
  readonly decisionTimeoutMs: number | "wait" | undefined;
  readonly automation: JsonObject | boolean | undefined;
  readonly logs: boolean;
  readonly control: boolean;
  readonly compat: "safe" | "strict";
  readonly bus: boolean;
  readonly oneShot: boolean;
  readonly layout: "documented" | "least";
  readonly tls: boolean;
  readonly autotok: string | undefined;
}

export const DEFAULT_SETTINGS: DeviceSettings = Object.freeze({
  profile: DEFAULT_PROFILE,
  deviceMetadata: Object.freeze({}),
  intervals: Object.freeze({}),
  timing: TIMINGS.fast,
  decisionTimeoutMs: undefined,
  automation: undefined,
  logs: false,
  control: false,
  compat: "safe",
  bus: false,
  oneShot: false,
  layout: "least",
  tls: false,
  autotok: undefined,
});

/** The settings that valid options ask for. */
export function settingsOf(options: PantavisorDeviceOptions): DeviceSettings {
  if (Object.keys(options).length === 0) return DEFAULT_SETTINGS;
  const { profile, deviceMetadata, intervals, timing, decisionTimeoutSeconds, automation, ...plain } = options;
  return Object.freeze({
    ...DEFAULT_SETTINGS,
    ...plain,
    profile: profile === undefined ? DEFAULT_PROFILE : Object.freeze({ ...DEFAULT_PROFILE, ...profile }),
    deviceMetadata: (deviceMetadata ?? DEFAULT_SETTINGS.deviceMetadata) as JsonObject, // options are JSON
    intervals: intervals === undefined ? DEFAULT_SETTINGS.intervals : intervalsOf(intervals),
    timing: timingOf(timing),
    decisionTimeoutMs: timeoutOf(decisionTimeoutSeconds),
    automation: automation as JsonObject | boolean | undefined, // options are JSON
  });
}

function intervalsOf(given: NonNullable<PantavisorDeviceOptions["intervals"]>): Partial<Intervals> {
  const result: { -readonly [Name in keyof Intervals]?: number } = {};
  if (given.stepsSeconds !== undefined) result.steps = given.stepsSeconds * 1_000;
  if (given.userMetadataSeconds !== undefined) result.userMetadata = given.userMetadataSeconds * 1_000;
  if (given.deviceMetadataSeconds !== undefined) result.deviceMetadata = given.deviceMetadataSeconds * 1_000;
  if (given.logsSeconds !== undefined) result.logs = given.logsSeconds * 1_000;
  return result;
}

function timingOf(given: PantavisorDeviceOptions["timing"]): Timing {
  if (given === undefined) return TIMINGS.fast;
  return typeof given === "string" ? TIMINGS[given] : { ...TIMINGS.fast, ...given };
}

const timeoutOf = (given: PantavisorDeviceOptions["decisionTimeoutSeconds"]): number | "wait" | undefined =>
  typeof given === "number" ? given * 1_000 : given;
