import type { Instant } from "@understudy/kernel";

/** What is registered at run time, by the addresses, users and groups it belongs to. Plain data, stored with the node. */
export interface DynamicObjects {
  /** Tags of addresses, with when they end (0: never). */
  readonly ips: Readonly<Record<string, RegisteredIp>>;
  readonly users: Readonly<Record<string, Tags>>;
  /** Who is logged in where. */
  readonly mappings: Readonly<Record<string, UserMapping>>;
  /** Members of groups. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export type Tags = Readonly<Record<string, number>>;

export interface RegisteredIp {
  readonly tags: Tags;
  readonly persistent: boolean;
}

export interface UserMapping {
  readonly user: string;
  /** When it ends; 0: never. */
  readonly until: number;
  /** As given, in seconds; 0: never. */
  readonly timeoutSeconds: number;
  readonly vsys: string;
}

export const NO_DYNAMIC_OBJECTS: DynamicObjects = Object.freeze({ ips: {}, users: {}, mappings: {}, groups: {} });

/** Entries a node keeps of each kind; more are refused. */
export const MAX_DYNAMIC_ENTRIES = 100_000;

/** What is left after a reboot: addresses registered as not persistent are gone. The same object when there were none. */
export function afterReboot(objects: DynamicObjects): DynamicObjects {
  const ips = filtered(objects.ips, ({ persistent }) => persistent);
  return ips === objects.ips ? objects : { ...objects, ips };
}

const isAlive = (until: number, now: Instant): boolean => until === 0 || until > now;

/** Without what has ended. The same object when nothing has. */
export function aliveOnly(objects: DynamicObjects, now: Instant): DynamicObjects {
  const mappings = filtered(objects.mappings, ({ until }) => isAlive(until, now));
  const users = mapped(
    objects.users,
    (tags) => aliveTags(tags, now),
    (tags) => Object.keys(tags).length > 0,
  );
  const ips = mapped(
    objects.ips,
    (ip) => {
      const tags = aliveTags(ip.tags, now);
      return tags === ip.tags ? ip : { ...ip, tags };
    },
    ({ tags }) => Object.keys(tags).length > 0,
  );
  return mappings === objects.mappings && users === objects.users && ips === objects.ips
    ? objects
    : { ...objects, mappings, users, ips };
}

const aliveTags = (tags: Tags, now: Instant): Tags => filtered(tags, (until) => isAlive(until, now));

function filtered<V>(record: Readonly<Record<string, V>>, keep: (value: V) => boolean): Readonly<Record<string, V>> {
  const entries = Object.entries(record);
  const kept = entries.filter(([, value]) => keep(value));
  return kept.length === entries.length ? record : Object.fromEntries(kept);
}

function mapped<V>(
  record: Readonly<Record<string, V>>,
  change: (value: V) => V,
  keep: (value: V) => boolean,
): Readonly<Record<string, V>> {
  let same = true;
  const next: [string, V][] = [];
  for (const [key, value] of Object.entries(record)) {
    const changed = change(value);
    if (changed !== value || !keep(changed)) same = false;
    if (keep(changed)) next.push([key, changed]);
  }
  return same ? record : Object.fromEntries(next);
}
