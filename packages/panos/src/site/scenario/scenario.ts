import {
  compileShape,
  type FaultRule,
  type JsonObject,
  type JsonValue,
  matchesGlob,
  UsageError,
  WireError,
} from "@understudy/kernel";
import { hostPort, parseHostPort } from "../../node/addresses.ts";
import { firstRoleOf } from "../../node/firewall-profile.ts";
import { readSpan } from "../../node/settings.ts";
import { OPERATIONS } from "../operations.ts";
import { scenarioSchema } from "./scenario-schema.ts";
import { ScenarioYaml } from "./scenario-yaml.ts";

/** A scenario as the lab takes it: Panorama's options, firewalls with their ids, and the fault book. */
export interface Scenario {
  readonly cloud: JsonObject;
  /** The id of each is its serial. */
  readonly devices: readonly { readonly id: string; readonly options: JsonObject }[];
  readonly faults: readonly FaultRule[];
}

/** What wins over the file. Durations are in seconds. */
export interface ScenarioOverrides {
  /** How many firewalls get listeners of their own. Default 500; those with `listen` always do. */
  readonly direct?: number;
  /** Name of a timing profile. */
  readonly timing?: string;
  readonly downloadDuration?: string | number;
  readonly installDuration?: string | number;
  readonly rebootDuration?: string | number;
}

const shape = compileShape(scenarioSchema);

interface ScenarioFile {
  readonly devices: readonly JsonObject[];
  readonly failures?: readonly Failure[];
  readonly [key: string]: unknown;
}

interface Failure {
  readonly device?: string;
  readonly operation: string;
  readonly failure_rate?: number;
  readonly nth?: number;
  readonly times?: number;
  readonly error?: string;
  readonly delay?: string | number;
}

/**
 * Reads a scenario file. Throws `UsageError("bad-scenario")` with file, line, field and what is wrong: unknown keys, missing or
 * duplicate serials, pairs that do not fit together.
 */
export function readScenario(text: string, file = "scenario", overrides: ScenarioOverrides = {}): Scenario {
  const yaml = new ScenarioYaml(text, file);
  const found = parse(yaml);
  checkSerials(found.devices, yaml);
  checkPairs(found.devices, yaml);
  checkListeners(found.devices, yaml);
  checkFailures(found.failures ?? [], yaml);
  const { devices, failures = [], name: _, description: __, ...shared } = found;
  const { direct } = overrides;
  return {
    cloud: {
      ...(shared as JsonObject), // valid by the schema
      panorama: withOffers(shared.panorama as JsonObject | undefined, devices), // valid by the schema
      timing: timingOf(shared.timing, overrides, file),
      ...(direct === undefined ? {} : { direct }),
    },
    devices: devices.map((options) => ({ id: String(options.serial), options })),
    faults: failures.map(faultOf),
  };
}

/** Panorama can fetch whatever its firewalls are offered, unless the file says what it can. */
function withOffers(panorama: JsonObject = {}, devices: readonly JsonObject[]): JsonObject {
  const all = (key: string): readonly string[] => [...new Set(devices.flatMap((device) => listOf(device[key])))];
  return { firewall_versions: all("available_versions"), firewall_content: all("available_content"), ...panorama };
}

const listOf = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : []; // valid by the schema

function parse(yaml: ScenarioYaml): ScenarioFile {
  try {
    return shape.parse(yaml.value, "scenario") as ScenarioFile; // valid by the schema
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const { path, found, accepted } = error.details;
    const place = String(path).replace(/^scenario\.?/, "");
    throw yaml.problem(
      place,
      found === undefined ? error.message : `found ${String(found)}; expected ${String(accepted)}`,
    );
  }
}

/** A firewall's folder is called as its serial. */
const SERIAL = /^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$/;

function checkSerials(devices: readonly JsonObject[], yaml: ScenarioYaml): void {
  const seen = new Map<string, number>();
  for (const [at, { serial }] of devices.entries()) {
    if (!SERIAL.test(String(serial)))
      throw yaml.problem(`devices[${at}].serial`, `found ${String(serial)}; expected letters, digits, - and _`);
    const first = seen.get(String(serial));
    if (first !== undefined)
      throw yaml.problem(`devices[${at}].serial`, `${String(serial)} is also the serial of devices[${first}]`);
    seen.set(String(serial), at);
  }
}

function checkPairs(devices: readonly JsonObject[], yaml: ScenarioYaml): void {
  const bySerial = new Map(devices.map((device) => [device.serial, device]));
  for (const [at, device] of devices.entries()) {
    if (device.ha_peer === undefined || device.ha_enabled === false) continue;
    const peer = bySerial.get(device.ha_peer);
    if (peer === undefined)
      throw yaml.problem(`devices[${at}].ha_peer`, `there is no device ${String(device.ha_peer)}`);
    if (peer.ha_peer !== device.serial)
      throw yaml.problem(`devices[${at}].ha_peer`, `${String(device.ha_peer)} names another peer, or none`);
    if ([device, peer].every(({ ha_role }) => firstRoleOf(ha_role) === "active"))
      throw yaml.problem(`devices[${at}].ha_role`, `both ${String(device.serial)} and its peer are to be active`);
    if ((device.ha_mode ?? "active-passive") !== (peer.ha_mode ?? "active-passive"))
      throw yaml.problem(`devices[${at}].ha_mode`, `${String(device.serial)} and its peer have different modes`);
  }
}

/** Addresses of firewalls must be some, and differ; port 0 stands for a free one. */
function checkListeners(devices: readonly JsonObject[], yaml: ScenarioYaml): void {
  const seen = new Map<string, string>();
  for (const [at, { listen }] of devices.entries()) {
    for (const [scheme, text] of Object.entries(listenOf(listen))) {
      const place = `devices[${at}].listen.${scheme}`;
      const address = parseHostPort(text);
      if (address === undefined)
        throw yaml.problem(place, `found ${text}; expected host:port, such as 127.0.0.1:28102`);
      const other = address.port === 0 ? undefined : seen.get(hostPort(address));
      if (other !== undefined) throw yaml.problem(place, `${text} is also the address of ${other}`);
      seen.set(hostPort(address), place);
    }
  }
}

/** An operation that nobody asks for would never fail. It may be a glob. */
function checkFailures(failures: readonly Failure[], yaml: ScenarioYaml): void {
  for (const [at, { operation }] of failures.entries()) {
    if (!OPERATIONS.some((known) => matchesGlob(operation, known)))
      throw yaml.problem(
        `failures[${at}].operation`,
        `found ${JSON.stringify(operation)}; expected one of ${OPERATIONS.join(", ")}`,
      );
  }
}

const listenOf = (listen: JsonObject[string] | undefined): Readonly<Record<string, string>> =>
  (listen ?? {}) as Readonly<Record<string, string>>; // valid by the schema

function faultOf(failure: Failure): FaultRule {
  const delay = readSpan(failure.delay)?.from;
  const error = failure.error ?? (delay === undefined ? `Simulated failure of ${failure.operation}` : undefined);
  return {
    family: "panos",
    operation: failure.operation,
    ...(failure.device === undefined ? {} : { device: failure.device }),
    ...(failure.failure_rate === undefined ? {} : { rate: failure.failure_rate }),
    ...(failure.nth === undefined ? {} : { nth: failure.nth }),
    ...(failure.times === undefined ? {} : { times: failure.times }),
    ...(error === undefined ? {} : { error }),
    ...(delay === undefined ? {} : { delay }),
  };
}

const OVERRIDES = { downloadDuration: "download", installDuration: "install", rebootDuration: "reboot" } as const;

function timingOf(given: unknown, overrides: ScenarioOverrides, file: string): JsonObject | string {
  const base = overrides.timing ?? given ?? "fast";
  const durations: Record<string, string | number> = {};
  for (const [key, word] of Object.entries(OVERRIDES)) {
    const value = overrides[key as keyof typeof OVERRIDES]; // a key of OVERRIDES
    if (value === undefined || value === "") continue;
    if (readSpan(typeof value === "string" ? value : Number(value)) === undefined) {
      throw new UsageError(
        "bad-option",
        `${word.toUpperCase()}_DURATION ${String(value)}: expected seconds, such as 10 or 2.5.`,
        { file },
      );
    }
    durations[word] = value;
  }
  if (Object.keys(durations).length === 0) return base as JsonObject | string; // valid by the schema
  return typeof base === "string"
    ? { profile: base, ...durations }
    : { ...withoutWords(base as JsonObject, Object.keys(durations)), ...durations }; // an object by the schema
}

const withoutWords = (timing: JsonObject, words: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(timing).filter(([key]) => !words.includes(key.replace(/_duration$/, ""))));
