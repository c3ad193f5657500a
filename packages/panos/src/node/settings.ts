import type { JsonObject, JsonValue } from "@understudy/kernel";
import { seconds } from "@understudy/kernel";
import type { License } from "./profile.ts";
import { type Span, TIMINGS, type Timing, type TimingName } from "./timing.ts";

export interface User {
  readonly username: string;
  readonly password: string;
}

/** What one Panorama and all its firewalls have in common: keys, durations and how strict they are. */
export interface Settings {
  /** Works on Panorama and on every firewall. Default `test-api-key`. */
  readonly apiKey: string;
  /** Default: `admin` with password `admin`. */
  readonly users: readonly User[];
  readonly timing: Timing;
  /** `lenient` takes any available version; `strict` wants base images and steps. Default `lenient`. */
  readonly upgradeRules: "lenient" | "strict";
  /** `modern`: HTTP 403; `legacy`: 200 with an old text. Default `modern`. */
  readonly authErrors: "modern" | "legacy";
  /** `strict`: unknown references fail a commit. Default `lenient`. */
  readonly commitValidation: "lenient" | "strict";
  /** Whether sessions, routes and ARP entries change a little with each reboot. Default true. */
  readonly metricVariation: boolean;
  /** Whether session counts follow the active role. Default false. */
  readonly haSessionSync: boolean;
  /** What authorization codes bring; absent: any code brings a feature named after it. */
  readonly authCodes?: Readonly<Record<string, readonly License[]>>;
  /** Content that must run before a release is installed, by version (`11.1.2`) or feature release (`11.1`). Default: none. */
  readonly minContent: Readonly<Record<string, string>>;
  /** SHA-256 by version, as software lists show them. */
  readonly versionHashes: Readonly<Record<string, string>>;
}

export const DEFAULT_SETTINGS: Settings = Object.freeze({
  apiKey: "test-api-key",
  users: Object.freeze([Object.freeze({ username: "admin", password: "admin" })]),
  timing: TIMINGS.fast,
  upgradeRules: "lenient",
  authErrors: "modern",
  commitValidation: "lenient",
  metricVariation: true,
  haSessionSync: false,
  minContent: Object.freeze({}),
  versionHashes: Object.freeze({}),
});

/** Settings as a cloud hands them to its devices: plain data, valid by construction. */
export const settingsToJson = (settings: Settings): JsonObject => settings as unknown as JsonObject; // all members are JSON values
/** The settings an enrolment holds; the defaults when it holds none. */
export const settingsFromJson = (value: JsonValue | undefined): Settings =>
  value === undefined ? DEFAULT_SETTINGS : (value as unknown as Settings); // written by settingsToJson

/** Reads the shared options of a lab's or a scenario's entry, valid by the schema, over `base`. */
export function readSettings(options: JsonObject, base: Settings = DEFAULT_SETTINGS): Settings {
  const authCodes = (options.auth_codes as Settings["authCodes"] | undefined) ?? base.authCodes; // valid by the schema
  return Object.freeze({
    apiKey: text(options.api_key ?? options.apiKey) ?? base.apiKey,
    users: Array.isArray(options.users) ? (options.users as unknown as readonly User[]) : base.users, // valid by the schema
    timing: readTiming(options.timing, base.timing),
    upgradeRules: options.upgrade_rules === "strict" ? "strict" : base.upgradeRules,
    authErrors: options.auth_errors === "legacy" ? "legacy" : base.authErrors,
    commitValidation: options.commit_validation === "strict" ? "strict" : base.commitValidation,
    metricVariation: flag(options.metric_variation) ?? base.metricVariation,
    haSessionSync: flag(options.ha_session_sync) ?? base.haSessionSync,
    ...(authCodes === undefined ? {} : { authCodes }),
    minContent: (options.min_content as Settings["minContent"] | undefined) ?? base.minContent, // valid by the schema
    versionHashes: (options.version_hashes as Settings["versionHashes"] | undefined) ?? base.versionHashes, // valid by the schema
  });
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const flag = (value: JsonValue | undefined): boolean | undefined => (typeof value === "boolean" ? value : undefined);

const TIMING_KEYS = {
  download: "download",
  install: "install",
  reboot: "reboot",
  commit: "commit",
  content: "content",
  autocommit: "autocommit",
  ha_transition: "haTransition",
  shutdown_delay: "shutdownDelay",
  reconnect_delay: "reconnectDelay",
  preempt_hold: "preemptHold",
  monitor_fail_hold: "monitorFailHold",
  tentative_hold: "tentativeHold",
  bgp: "bgp",
} as const satisfies Readonly<Record<string, keyof Timing>>;

const isTimingName = (name: string): name is TimingName => Object.hasOwn(TIMINGS, name);

/**
 * A timing: the name of a profile, or durations by name (`download`, `download_duration` …) in seconds or as `10s`, `2m`.
 * What is not named stays as in `base`.
 */
export function readTiming(value: JsonValue | undefined, base: Timing): Timing {
  if (typeof value === "string") return isTimingName(value) ? TIMINGS[value] : base;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return base;
  const { profile } = value as JsonObject; // an object that is no list
  const start = typeof profile === "string" && isTimingName(profile) ? TIMINGS[profile] : base;
  const given: Record<string, Span> = {};
  for (const [word, key] of Object.entries(TIMING_KEYS)) {
    const span = readSpan((value as JsonObject)[word] ?? (value as JsonObject)[`${word}_duration`]);
    if (span !== undefined) given[key] = span;
  }
  return Object.freeze({ ...start, ...given });
}

/** A length in seconds, or a text such as `10s`, `500ms`, `2m`, `1h`. `undefined` when it is none. */
export function readSpan(value: JsonValue | undefined): Span | undefined {
  if (typeof value === "number" && value >= 0) return { from: seconds(value), to: seconds(value) };
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(value.trim()) : null;
  if (match === null) return undefined;
  const length = seconds(Number(match[1]) * (UNITS[match[2] ?? "s"] ?? 1));
  return { from: length, to: length };
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
