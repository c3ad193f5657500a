import { type Instant, type JsonObject, type JsonValue, toCalendar } from "@understudy/kernel";

/** What a device is; does not change while it runs. */
export interface DeviceFacts {
  /** `<cpu>/<bits>/<EL or EB>`. */
  readonly arch: string;
  readonly model: string;
  readonly version: string;
  readonly kernelName: string;
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly machine: string;
  readonly nodeName: string;
  /** `<if>.ipv4` and `<if>.ipv6` with their numeric addresses. */
  readonly interfaces: Readonly<Record<string, readonly string[]>>;
}

/** Bytes of the storage; `reserved` = free − real_free. */
export interface StorageGauge {
  readonly free: number;
  readonly real_free: number;
  readonly reserved: number;
  readonly total: number;
}

/** Load and memory, by the names of sysinfo(2). */
export interface SystemGauge {
  readonly bufferram: number;
  readonly freehigh: number;
  readonly freeram: number;
  readonly freeswap: number;
  readonly "loads.0": number;
  readonly "loads.1": number;
  readonly "loads.2": number;
  readonly mem_unit: number;
  readonly procs: number;
  readonly sharedram: number;
  readonly totalhigh: number;
  readonly totalram: number;
  readonly totalswap: number;
  readonly uptime: number;
}

/** The keys a device makes by itself, in this order. Whatever else is in its metadata came from outside. */
export const GENERATED_KEYS = [
  "interfaces",
  "pantahub.address",
  "pantahub.claimed",
  "pantahub.online",
  "pantahub.state",
  "pantavisor.arch",
  "pantavisor.dtmodel",
  "pantavisor.mode",
  "pantavisor.revision",
  "pantavisor.status",
  "pantavisor.version",
  "storage",
  "pantavisor.uname",
  "sysinfo",
  "time",
] as const;
export type GeneratedKey = (typeof GENERATED_KEYS)[number];

export const isGeneratedKey = (key: string): key is GeneratedKey => (GENERATED_KEYS as readonly string[]).includes(key);

/** What the generated metadata are made from. */
export interface MetadataSources {
  readonly facts: DeviceFacts;
  readonly storage: StorageGauge;
  readonly system: SystemGauge;
  readonly now: Instant;
  /** `<host>:<port>` of the hub. */
  readonly hub: string;
  readonly claimed: boolean;
  readonly mode: "remote" | "local";
  /** The running revision. */
  readonly revision: string;
}

/** One generated value. */
export function generatedValue(key: GeneratedKey, from: MetadataSources): JsonValue {
  switch (key) {
    case "interfaces":
      return from.facts.interfaces;
    case "pantahub.address":
      return from.hub;
    case "pantahub.claimed":
      return from.claimed ? "1" : "0";
    case "pantahub.online":
      return "1";
    case "pantahub.state":
      return "idle";
    case "pantavisor.arch":
      return from.facts.arch;
    case "pantavisor.dtmodel":
      return from.facts.model;
    case "pantavisor.mode":
      return from.mode;
    case "pantavisor.revision":
      return from.revision;
    case "pantavisor.status":
      return "READY";
    case "pantavisor.version":
      return from.facts.version;
    case "storage":
      return { ...from.storage };
    case "pantavisor.uname":
      return {
        "kernel.name": from.facts.kernelName,
        "kernel.release": from.facts.kernelRelease,
        "kernel.version": from.facts.kernelVersion,
        machine: from.facts.machine,
        "node.name": from.facts.nodeName,
      };
    case "sysinfo":
      return { ...from.system };
    case "time":
      return timeValue(from.now);
  }
}

/** The value of `time`: what makes an idle device's metadata differ from push to push. */
export const timeValue = (now: Instant): JsonObject => ({
  timeval: { tv_sec: Math.floor(now / 1_000), tv_usec: (now % 1_000) * 1_000 },
  timezone: { tz_dsttime: 0, tz_minuteswest: 0 },
});

/** All generated keys with their values, in order. */
export function generatedMetadata(from: MetadataSources): JsonObject {
  const map: Record<string, JsonValue> = {};
  for (const key of GENERATED_KEYS) map[key] = generatedValue(key, from);
  return map;
}

/** A moment as invitations write it: `2026-03-12T10:00:00+00:00`. */
export function isoSeconds(at: Instant): string {
  const c = toCalendar(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${c.year}-${two(c.month)}-${two(c.day)}T${two(c.hour)}:${two(c.minute)}:${two(c.second)}+00:00`;
}
