import { bad, good, isRecord, member, type Read, recordAt, textAt, type UnknownRecord } from "../fields.ts";
import { type AutoRecovery, readAutoRecovery } from "./auto-recovery.ts";
import type { Group, RestartPolicy, StatusGoal } from "./system-state.ts";

export const STATUS_GOALS: readonly StatusGoal[] = ["MOUNTED", "STARTED", "READY"];
export const RESTART_POLICIES: readonly RestartPolicy[] = ["system", "container"];

const DEFAULT_TIMEOUT = 30;

const APP_RECOVERY: AutoRecovery = Object.freeze({
  policy: "on-failure",
  maxRetries: 5,
  retryDelay: 5,
  backoffFactor: 2,
  resetWindow: 0,
  stableTimeout: 30,
  backoffPolicy: "reboot",
});

const systemGroup = (name: string, statusGoal: StatusGoal): Group =>
  Object.freeze({ name, statusGoal, restartPolicy: "system", timeout: DEFAULT_TIMEOUT, autoRecovery: undefined });

/** The groups of a state that names none, in the order they start. */
export const DEFAULT_GROUPS: readonly Group[] = Object.freeze([
  systemGroup("data", "MOUNTED"),
  systemGroup("root", "STARTED"),
  systemGroup("platform", "STARTED"),
  Object.freeze({
    name: "app",
    statusGoal: "STARTED",
    restartPolicy: "container",
    timeout: DEFAULT_TIMEOUT,
    autoRecovery: APP_RECOVERY,
  }),
]);

/** Reads a list of groups, as in `device.json` and `groups.json`. */
export function readGroups(value: unknown, place: string): Read<readonly Group[]> {
  if (!Array.isArray(value) || value.length === 0) return bad(`${place} is no list of groups`);
  const groups: Group[] = [];
  for (const entry of value) {
    const group = isRecord(entry) ? readGroup(entry) : undefined;
    if (group === undefined) return bad(`${place} has an entry that is no group`);
    if (groups.some(({ name }) => name === group.name)) return bad(`${place} has two groups "${group.name}"`);
    groups.push(group);
  }
  return good(groups);
}

function readGroup(entry: UnknownRecord): Group | undefined {
  const name = textAt(entry, "name") ?? "";
  const statusGoal = oneOf(STATUS_GOALS, member(entry, "status_goal"), "STARTED");
  const restartPolicy = oneOf(RESTART_POLICIES, member(entry, "restart_policy"), "container");
  const timeout = member(entry, "timeout") ?? DEFAULT_TIMEOUT;
  const recovery = recordAt(entry, "auto_recovery");
  const autoRecovery = recovery === undefined ? undefined : readAutoRecovery(recovery);
  if (name === "" || statusGoal === undefined || restartPolicy === undefined) return undefined;
  if (typeof timeout !== "number" || timeout < 0 || (recovery !== undefined && autoRecovery === undefined))
    return undefined;
  return { name, statusGoal, restartPolicy, timeout, autoRecovery };
}

/** The value when it is one of the words, `otherwise` when it is absent, `undefined` when it is something else. */
export function oneOf<Word extends string>(words: readonly Word[], value: unknown, otherwise: Word): Word | undefined {
  return value === undefined ? otherwise : words.find((word) => word === value);
}
