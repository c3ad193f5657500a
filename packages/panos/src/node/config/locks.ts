import type { Instant } from "@understudy/kernel";
import type { ConfigState, Lock } from "./config-state.ts";

/** A path at or above the scopes: what is written there may be in any of them. */
const ABOVE_SCOPES = /^\/config(?:\/devices(?:\/entry(?:\[[^\]]*\])?(?:\/(?:vsys|device-group)(?:\/entry)?)?)?)?\/?$/;

/** The scope that a path of the configuration belongs to: a device group, a vsys, `shared`, or `any` of them. */
export function scopeOf(xpath: string): string | { readonly any: true } {
  const named = /\/(?:device-group|vsys)\/entry\[@name=['"]([^'"]+)['"]\]/.exec(xpath);
  return named?.[1] ?? (ABOVE_SCOPES.test(xpath) ? { any: true } : "shared");
}

/** Who keeps an administrator from changing a scope; `undefined` when nobody does. A lock on `shared` covers all scopes. */
export const lockedBy = (
  config: ConfigState,
  kind: Lock["kind"],
  scope: ReturnType<typeof scopeOf>,
  admin: string,
): string | undefined =>
  config.locks.find(
    (lock) =>
      lock.kind === kind &&
      lock.admin !== admin &&
      (typeof scope !== "string" || lock.scope === scope || lock.scope === "shared"),
  )?.admin;

/** Who keeps an administrator from committing: a commit lock on any scope, since a commit takes in them all. */
export const commitLockedBy = (config: ConfigState, admin: string): string | undefined =>
  config.locks.find((lock) => lock.kind === "commit" && lock.admin !== admin)?.admin;

/** What became of taking or giving up a lock; texts are PAN-OS's own. */
export type LockChange =
  | { readonly ok: true; readonly config: ConfigState; readonly text: string }
  | { readonly ok: false; readonly text: string };

export function takeLock(
  config: ConfigState,
  kind: Lock["kind"],
  scope: string,
  admin: string,
  comment: string,
  now: Instant,
): LockChange {
  const held = config.locks.find(
    (lock) =>
      lock.kind === kind && (kind === "commit" ? lock.admin === admin && lock.scope === scope : lock.scope === scope),
  );
  if (held !== undefined) return { ok: false, text: refusal(held, admin) };
  const lock: Lock = { kind, scope, admin, created: now, comment };
  const rest = kind === "config" ? "enter the commands to change the configuration" : "commit";
  return {
    ok: true,
    config: { ...config, locks: [...config.locks, lock] },
    text: `Successfully acquired lock. Other administrators will not be able to ${rest} until the lock is released by ${admin}.`,
  };
}

function refusal(held: Lock, admin: string): string {
  if (held.kind === "commit") return "Commit lock is already held";
  return held.admin === admin
    ? `You already own a config lock for scope ${held.scope}`
    : `Config for scope ${held.scope} is currently locked by ${held.admin}`;
}

export function giveUpLock(config: ConfigState, kind: Lock["kind"], scope: string, admin: string): LockChange {
  const held = config.locks.find((lock) => lock.kind === kind && lock.scope === scope && lock.admin === admin);
  if (held === undefined)
    return {
      ok: false,
      text:
        kind === "commit" ? "Commit lock is not currently held" : `Config is not currently locked for scope ${scope}`,
    };
  return {
    ok: true,
    config: { ...config, locks: config.locks.filter((lock) => lock !== held) },
    text: kind === "commit" ? `Commit lock released for scope ${scope}` : `Config lock released for scope ${scope}`,
  };
}

/** Without the locks of an administrator, as after a commit. */
export const withoutLocksOf = (config: ConfigState, admin: string): ConfigState =>
  config.locks.some((lock) => lock.admin === admin)
    ? { ...config, locks: config.locks.filter((lock) => lock.admin !== admin) }
    : config;
