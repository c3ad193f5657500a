import type { JsonObject, JsonValue } from "@understudy/kernel";
import type { NodeProfile } from "../node/profile.ts";

/** What a Panorama is by its lab entry or scenario. */
export interface PanoramaProfile extends NodeProfile {
  readonly kind: "panorama";
  readonly firstVersion: string;
  readonly downloadedVersions: readonly string[];
  readonly diskGb: number;
  readonly contentVersion: string;
  /** It is the active one of two; the other is not simulated. */
  readonly haEnabled: boolean;
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
    diskGb: PANORAMA_DEFAULTS.diskGb,
    haEnabled: own.ha_enabled === true,
  };
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : []; // valid by the schema
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
