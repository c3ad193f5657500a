import { createHash } from "node:crypto";
import type { DeviceSpec, JsonObject, JsonValue } from "@understudy/kernel";
import { type BgpProfile, bgpProfile } from "./bgp-profile.ts";
import type { License, NodeProfile } from "./profile.ts";

/** What a firewall is by its lab entry or scenario. */
export interface FirewallProfile extends NodeProfile {
  readonly kind: "firewall";
  /** As the scenario writes it; shown verbatim in device lists. */
  readonly ipText: string;
  /** On the disk from the start, without using any of `diskGb`. */
  readonly downloadedVersions: readonly string[];
  readonly contentVersion: string;
  readonly diskGb: number;
  readonly sessions: number;
  readonly routes: number;
  readonly arpEntries: number;
  /** How sessions and what follows from them vary with time. Default steady. */
  readonly pattern: TrafficPattern;
  readonly advancedRouting: boolean;
  /** Absent: it speaks BGP with nobody. */
  readonly bgp?: BgpProfile;
  readonly ha?: HaProfile;
  /** Its own listeners, as `host:port`; absent: by the plan of addresses. */
  readonly listen?: { readonly http?: string; readonly https?: string };
  readonly deviceGroup: string;
  readonly templateStack: string;
}

const TRAFFIC_PATTERNS = ["steady", "daily", "ramp", "burst", "random-walk"] as const;
export type TrafficPattern = (typeof TRAFFIC_PATTERNS)[number];

export interface HaProfile {
  readonly peerSerial: string;
  readonly mode: "active-passive" | "active-active";
  /** The role it has when the lab starts. */
  readonly firstRole: "active" | "passive";
  /** Lower is better. Default 100 for the first active, 200 for the other. */
  readonly priority: number;
  readonly preemptive: boolean;
}

export const FIREWALL_DEFAULTS = Object.freeze({
  model: "PA-3220",
  version: "10.1.0",
  ipAddress: "192.168.1.1",
  contentVersion: "8700-7999",
  availableVersions: Object.freeze(["10.1.0", "10.2.0", "11.0.0", "11.1.0"]),
  availableContent: Object.freeze(["8700-7999", "8795-8489"]),
  diskGb: 15,
  sessions: 45_000,
  routes: 1200,
  arpEntries: 500,
  deviceGroup: "branch",
  templateStack: "branch-stack",
});

/** The serial of a firewall: its own, or one that follows from its id. */
export function serialOf(spec: Pick<DeviceSpec, "id" | "options">): string {
  const given = spec.options.serial;
  if (typeof given === "string") return given;
  const hash = createHash("sha256").update(spec.id).digest();
  return `0079${String(hash.readUIntBE(0, 6) % 100_000_000_000).padStart(11, "0")}`;
}

/** Reads a firewall's entry, valid by the device schema. What is missing gets the defaults. */
export function firewallProfile(spec: Pick<DeviceSpec, "id" | "options">): FirewallProfile {
  const { options } = spec;
  const metrics = record(options.metrics);
  const ipText = text(options.ip_address) ?? FIREWALL_DEFAULTS.ipAddress;
  const ha = haProfile(options);
  const bgp = bgpProfile(options.bgp, ipText.replace(/:\d+$/, ""));
  const licenses = options.licenses as readonly License[] | undefined; // valid by the schema
  const listen = options.listen as FirewallProfile["listen"]; // valid by the schema
  return {
    kind: "firewall",
    serial: serialOf(spec),
    hostname: text(options.hostname) ?? spec.id,
    model: text(options.model) ?? FIREWALL_DEFAULTS.model,
    ipAddress: ipText.replace(/:\d+$/, ""),
    ipText,
    firstVersion: text(options.current_version) ?? text(options.version) ?? FIREWALL_DEFAULTS.version,
    availableVersions: texts(options.available_versions) ?? FIREWALL_DEFAULTS.availableVersions,
    downloadedVersions: texts(options.downloaded_versions) ?? NO_TEXTS,
    contentVersion: text(options.content_version) ?? FIREWALL_DEFAULTS.contentVersion,
    availableContent: texts(options.available_content) ?? FIREWALL_DEFAULTS.availableContent,
    diskGb: number(metrics.disk_space_gb) ?? FIREWALL_DEFAULTS.diskGb,
    sessions: number(metrics.tcp_sessions) ?? FIREWALL_DEFAULTS.sessions,
    routes: number(metrics.route_count) ?? FIREWALL_DEFAULTS.routes,
    arpEntries: number(metrics.arp_count) ?? FIREWALL_DEFAULTS.arpEntries,
    pattern: TRAFFIC_PATTERNS.find((pattern) => pattern === metrics.pattern) ?? "steady",
    advancedRouting: options.advanced_routing === true,
    deviceGroup: text(options.device_group) ?? FIREWALL_DEFAULTS.deviceGroup,
    templateStack: text(options.template_stack) ?? FIREWALL_DEFAULTS.templateStack,
    ...(bgp === undefined ? {} : { bgp }),
    ...(ha === undefined ? {} : { ha }),
    ...(licenses === undefined ? {} : { licenses }),
    ...(listen === undefined ? {} : { listen }),
  };
}

function haProfile(options: JsonObject): HaProfile | undefined {
  const peerSerial = text(options.ha_peer);
  if (peerSerial === undefined || options.ha_enabled === false) return undefined;
  const firstRole = firstRoleOf(options.ha_role);
  return {
    peerSerial,
    mode: options.ha_mode === "active-active" ? "active-active" : "active-passive",
    firstRole,
    priority: number(options.ha_priority) ?? (firstRole === "active" ? 100 : 200),
    preemptive: options.ha_preemptive === true,
  };
}

/** The role that a scenario gives a member; `active` where it gives none. */
export const firstRoleOf = (role: JsonValue | undefined): "active" | "passive" =>
  role === "passive" || role === "active-secondary" ? "passive" : "active";

const NO_TEXTS: readonly string[] = Object.freeze([]);
const text = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: JsonValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);
const texts = (value: JsonValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? (value as readonly string[]) : undefined; // valid by the schema
const record = (value: JsonValue | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // an object that is no list
