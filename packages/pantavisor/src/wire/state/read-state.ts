import { bad, good, isRecord, member, type Read, recordAt, textAt, type UnknownRecord } from "../fields.ts";
import { isSha256 } from "../revision-name.ts";
import { type AutoRecovery, readAutoRecovery } from "./auto-recovery.ts";
import { DEFAULT_GROUPS, oneOf, RESTART_POLICIES, readGroups, STATUS_GOALS } from "./groups.ts";
import { readExports, readRequirements } from "./services.ts";
import type { Container, ContainerDrivers, Group, SystemState } from "./system-state.ts";

/** Specs of a state that a device takes. */
const SPECS: readonly unknown[] = ["pantavisor-service-system@1", "pantavisor-multi-platform@1"];
const NO_DRIVERS: ContainerDrivers = Object.freeze({ required: [], optional: [], manual: [] });

/**
 * Reads a state document. The order of its keys matters only for the order of containers. Bad where a device would refuse it, with
 * the reason.
 */
export function readState(value: unknown): Read<SystemState> {
  if (!isRecord(value)) return bad("the state is not an object");
  const spec = member(value, "#spec");
  if (!SPECS.includes(spec))
    return bad(spec === undefined ? "the state has no #spec" : `the #spec ${JSON.stringify(spec)} is not known`);
  const groups = groupsOf(value);
  if (!groups.ok) return groups;
  const objects = objectsOf(value);
  if (!objects.ok) return objects;
  const warnings: string[] = [];
  const containers = containersOf(value, groups.value, warnings);
  if (!containers.ok) return containers;
  return good({
    groups: groups.value.list,
    containers: containers.value,
    objects: objects.value,
    drivers: driversOf(value),
    warnings,
  });
}

interface Groups {
  readonly list: readonly Group[];
  /** The state names its groups itself. */
  readonly explicit: boolean;
}

function groupsOf(state: UnknownRecord): Read<Groups> {
  const device = recordAt(state, "device.json");
  const inDevice = device === undefined ? undefined : member(device, "groups");
  const inFile = device === undefined ? groupsFile(member(state, "groups.json")) : undefined;
  const given = inDevice ?? inFile;
  if (given === undefined) return good({ list: DEFAULT_GROUPS, explicit: false });
  const read = readGroups(given, inDevice === undefined ? "groups.json" : "device.json");
  return read.ok ? good({ list: read.value, explicit: true }) : read;
}

/** `groups.json` is a list, or an object that holds one. */
const groupsFile = (value: unknown): unknown => (isRecord(value) ? member(value, "groups") : value);

function objectsOf(state: UnknownRecord): Read<ReadonlyMap<string, string>> {
  const objects = new Map<string, string>();
  for (const [key, value] of Object.entries(state)) {
    if (key === "#spec" || isInline(key, value)) continue;
    if (typeof value !== "string" || !isSha256(value))
      return bad(`${key} is neither inline JSON nor the SHA-256 of an object`);
    objects.set(key, value);
  }
  return good(objects);
}

const isInline = (key: string, value: unknown): boolean =>
  key.startsWith("_sigs/") || (key.endsWith(".json") && !(typeof value === "string" && /^[0-9a-f]{64}$/i.test(value)));

function containersOf(state: UnknownRecord, groups: Groups, warnings: string[]): Read<readonly Container[]> {
  const containers: Container[] = [];
  for (const [key, value] of Object.entries(state)) {
    const folder = /^(.+)\/run\.json$/.exec(key)?.[1];
    if (folder === undefined || folder === "bsp") continue;
    const problem = (what: string): Read<never> => bad(`${key}: ${what}`);
    if (!isRecord(value)) return problem("not an object");
    const name = textAt(value, "name") ?? "";
    if (name !== folder) return problem(name === "" ? "no name" : `its name is "${name}"`);
    if (name.startsWith("_")) return problem("a container's name must not begin with _");
    const container = readContainer(
      value,
      name,
      groupOf(value, groups, containers),
      recordAt(state, `${folder}/services.json`) ?? member(state, `${folder}/services.json`),
    );
    if (typeof container === "string") return problem(container);
    if (member(value, "roles") === undefined)
      warnings.push(`${name} has no roles and may therefore use the whole control socket`);
    containers.push(container);
  }
  return good(containers);
}

/** The group a container is in: its own word, its deprecated run level, or where a state of that kind puts it. */
function groupOf(run: UnknownRecord, { list, explicit }: Groups, before: readonly Container[]): Group | undefined {
  const given = member(run, "group") === undefined ? textAt(run, "runlevel") : member(run, "group");
  if (given !== undefined) return list.find(({ name }) => name === given);
  if (explicit) return list.at(-1);
  const rootTaken = before.some(({ group }) => group === "root");
  return list.find(({ name }) => name === (rootTaken ? "platform" : "root"));
}

/** The container, or why there is none. */
function readContainer(
  run: UnknownRecord,
  name: string,
  group: Group | undefined,
  services: unknown,
): Container | string {
  if (group === undefined) return "its group is not known";
  const type = member(run, "type");
  if (type !== "lxc") return type === undefined ? "no type" : "its type is not lxc";
  if (textAt(run, "config") === undefined) return "no config";
  const statusGoal = oneOf(STATUS_GOALS, member(run, "status_goal"), group.statusGoal);
  if (statusGoal === undefined) return "its status_goal is not known";
  const restartPolicy = oneOf(RESTART_POLICIES, member(run, "restart_policy"), group.restartPolicy);
  if (restartPolicy === undefined) return "its restart_policy is not known";
  const roles = member(run, "roles");
  if (roles !== undefined && !Array.isArray(roles)) return "its roles are no list";
  const autoRecovery = recoveryOf(run, group);
  if (autoRecovery === "unknown") return "its auto_recovery has an unknown backoff_policy";
  return {
    name,
    group: group.name,
    statusGoal,
    restartPolicy,
    isManager: roles === undefined || roles.includes("mgmt"),
    autoRecovery,
    drivers: driversIn(recordAt(run, "drivers")),
    exports: readExports(services),
    requirements: readRequirements(recordAt(run, "services")),
  };
}

/** All or nothing: a container without a policy of its own has its group's. */
function recoveryOf(run: UnknownRecord, group: Group): AutoRecovery | undefined | "unknown" {
  const own = recordAt(run, "auto_recovery");
  if (own === undefined) return group.autoRecovery;
  const read = readAutoRecovery(own);
  if (read === undefined) return "unknown";
  return read.policy === "no" ? (group.autoRecovery ?? read) : read;
}

function driversIn(drivers: UnknownRecord | undefined): ContainerDrivers {
  if (drivers === undefined) return NO_DRIVERS;
  const names = (key: string): readonly string[] => {
    const list = member(drivers, key);
    return Array.isArray(list) ? list.filter((name) => typeof name === "string") : [];
  };
  return { required: names("required"), optional: names("optional"), manual: names("manual") };
}

function driversOf(state: UnknownRecord): ReadonlySet<string> {
  const all = recordAt(recordAt(state, "bsp/drivers.json") ?? {}, "all") ?? {};
  return new Set(Object.keys(all).filter((alias) => Array.isArray(all[alias])));
}
