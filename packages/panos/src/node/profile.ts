/** What a node is and does not change by itself. Shared by all boots. */
export interface NodeProfile {
  readonly kind: "firewall" | "panorama";
  readonly serial: string;
  readonly hostname: string;
  readonly model: string;
  /** Without port and mask. */
  readonly ipAddress: string;
  /** The release it ran first. It stays on offer when another one runs: there is a way back. */
  readonly firstVersion: string;
  /** Releases the update server offers this node. */
  readonly availableVersions: readonly string[];
  readonly availableContent: readonly string[];
  /** Whether it starts with the advanced routing engine; absent on Panorama. */
  readonly advancedRouting?: boolean;
  /** Absent: a sensible set. */
  readonly licenses?: readonly License[];
}

export interface License {
  readonly feature: string;
  readonly description?: string;
  /** `Never`, or a date such as `December 31, 2036`. */
  readonly expires?: string;
  readonly expired?: boolean;
  /** Such as `January 02, 2025`; absent: long ago. */
  readonly issued?: string;
  /** That brought it. */
  readonly authCode?: string;
}

/** Such as `3200` of `PA-3220`; `vm` for virtual firewalls, `pc` for Panorama. */
export function familyOf(model: string): string {
  if (model === "PA-VM") return "vm";
  const digits = /^PA-(\d+)/.exec(model)?.[1];
  if (digits === undefined) return model.startsWith("M-") ? "m" : "pc";
  return digits.length <= 3 ? digits : `${digits.slice(0, -2)}00`;
}

/** The name of the file a release for this model comes in. */
export const imageFile = (model: string, version: string): string =>
  model.startsWith("PA-") ? `PanOS_${familyOf(model)}-${version}` : `Panorama_${familyOf(model)}-${version}`;

/** A MAC address of the maker's range that follows from the serial and a number. */
export function macAddress(serial: string, number: number): string {
  let hash = number * 2_654_435_761;
  for (const char of serial) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  const low = (hash >>> 0).toString(16).padStart(8, "0");
  return ["00:1b:17", low.slice(2, 4), low.slice(4, 6), low.slice(6, 8)].join(":"); // one text, where a template keeps its pieces
}
