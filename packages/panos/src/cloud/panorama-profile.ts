import type { JsonObject, JsonValue } from "@understudy/kernel";
import type { NodeProfile } from "../node/profile.ts";

/** What a Panorama is by its lab entry or scenario. */
export interface PanoramaProfile extends NodeProfile {
  readonly kind: "panorama";
  readonly firstVersion: string;
  readonly downloadedVersions: readonly string[];
  readonly diskGb: number;
  readonly contentVersion: string;
  /** Releases that it can fetch for firewalls, besides the usual ones and those they run. */
  readonly firewallVersions: readonly string[];
  /** The same of content. */
  readonly firewallContent: readonly string[];
  /** Its own listeners, as `host:port`; only for the second of a pair. */
  readonly listen?: { readonly http?: string; readonly https?: string };
}

export const PANORAMA_DEFAULTS = Object.freeze({
  serial: "007951000000001",
  hostname: "panorama",
  model: "Panorama",
  version: "11.1.2",
  ipAddress: "192.168.1.2",
  contentVersion: "8795-8489",
  diskGb: 60,
});

/** Reads Panorama's entry, valid by the cloud schema: its own keys stand below `panorama`. */
export function panoramaProfile(options: JsonObject): PanoramaProfile {
  const own = isObject(options.panorama) ? options.panorama : {};
  return {
    kind: "panorama",
    serial: text(own.serial) ?? PANORAMA_DEFAULTS.serial,
    hostname: text(own.hostname) ?? PANORAMA_DEFAULTS.hostname,
    model: text(own.model) ?? PANORAMA_DEFAULTS.model,
    ipAddress: (text(own.ip_address) ?? PANORAMA_DEFAULTS.ipAddress).replace(/:\d+$/, ""),
    firstVersion: text(own.current_version) ?? text(own.version) ?? PANORAMA_DEFAULTS.version,
    availableVersions: texts(own.available_versions),
    downloadedVersions: texts(own.downloaded_versions),
    availableContent: [PANORAMA_DEFAULTS.contentVersion],
    contentVersion: PANORAMA_DEFAULTS.contentVersion,
    firewallVersions: texts(own.firewall_versions),
    firewallContent: texts(own.firewall_content),
    diskGb: PANORAMA_DEFAULTS.diskGb,
  };
}

/** The second Panorama of a pair: what its entry says, else what follows from the first. `undefined` where there is no pair. */
export function peerProfile(options: JsonObject): PanoramaProfile | undefined {
  const own = isObject(options.panorama) ? options.panorama : {};
  if (own.ha_enabled === false || (own.ha_enabled === undefined && own.ha_peer === undefined)) return undefined;
  const first = panoramaProfile(options);
  const given = isObject(own.ha_peer) ? own.ha_peer : {};
  const listen = given.listen as PanoramaProfile["listen"]; // valid by the schema
  return {
    ...first,
    serial: text(given.serial) ?? nextNumber(first.serial),
    hostname: text(given.hostname) ?? `${first.hostname}-2`,
    ipAddress: text(given.ip_address)?.replace(/:\d+$/, "") ?? nextNumber(first.ipAddress),
    ...(listen === undefined ? {} : { listen }),
  };
}

/** `…002` after `…001`; texts that do not end in a number get one. */
function nextNumber(of: string): string {
  const digits = /\d+$/.exec(of)?.[0];
  if (digits === undefined) return `${of}2`;
  return of.slice(0, -digits.length) + String(Number(digits) + 1).padStart(digits.length, "0");
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : []; // valid by the schema
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
