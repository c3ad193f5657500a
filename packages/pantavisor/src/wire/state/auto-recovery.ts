import { integerAt, member, type UnknownRecord } from "../fields.ts";

export type RecoveryPolicy = "no" | "always" | "on-failure" | "unless-stopped";

/** What follows when the retries of a container are used up: a reboot, nothing, or a pause in seconds. */
export type BackoffPolicy = "reboot" | "never" | number;

/** How a container that has crashed is brought up again. Times in seconds; zero retries = without limit. */
export interface AutoRecovery {
  readonly policy: RecoveryPolicy;
  readonly maxRetries: number;
  readonly retryDelay: number;
  readonly backoffFactor: number;
  readonly resetWindow: number;
  readonly stableTimeout: number;
  readonly backoffPolicy: BackoffPolicy;
}

const POLICIES: readonly RecoveryPolicy[] = ["no", "always", "on-failure", "unless-stopped"];
const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, min: 60, h: 3600, d: 86_400 };

/** Reads `auto_recovery`; `undefined` when its backoff policy is no known word and no duration. */
export function readAutoRecovery(value: UnknownRecord): AutoRecovery | undefined {
  const backoffPolicy = readBackoff(member(value, "backoff_policy"));
  if (backoffPolicy === undefined) return undefined;
  return {
    policy: POLICIES.find((policy) => policy === member(value, "policy")) ?? "no",
    maxRetries: natural(value, "max_retries"),
    retryDelay: natural(value, "retry_delay"),
    backoffFactor: factor(member(value, "backoff_factor")),
    resetWindow: natural(value, "reset_window"),
    stableTimeout: natural(value, "stable_timeout"),
    backoffPolicy,
  };
}

function readBackoff(value: unknown): BackoffPolicy | undefined {
  if (value === undefined || value === "reboot") return "reboot";
  if (value === "never") return "never";
  if (typeof value === "number") return value > 0 ? Math.floor(value) : "reboot";
  const parts = typeof value === "string" ? /^(\d{1,9})(s|min|h|d)?$/.exec(value) : null;
  if (parts === null) return undefined;
  const seconds = Number(parts[1]) * (UNITS[parts[2] ?? ""] ?? 1);
  return seconds > 0 ? seconds : "reboot";
}

/** As the control socket shows it: `reboot`, `never`, or the pause in the largest unit that divides it. */
export function showBackoff(policy: BackoffPolicy): string {
  if (typeof policy === "string") return policy;
  if (policy % 3600 === 0) return `${policy / 3600}h`;
  return policy % 60 === 0 ? `${policy / 60}min` : `${policy}s`;
}

const natural = (record: UnknownRecord, key: string): number => Math.max(0, integerAt(record, key) ?? 0);
const factor = (value: unknown): number => (typeof value === "number" && value > 0 ? value : 1);
