/** How often a firewall has something for a kind of log that is computed, in milliseconds. */
interface ComputedType {
  readonly kind: "computed";
  readonly everyMs: number;
}

/** Kinds of logs that can be asked for. `empty`: a simulated node never has any. */
export const LOG_TYPES: Readonly<Record<string, ComputedType | { readonly kind: "kept" | "empty" }>> = Object.freeze({
  config: { kind: "kept" },
  system: { kind: "kept" },
  traffic: { kind: "computed", everyMs: 10_000 },
  url: { kind: "computed", everyMs: 60_000 },
  threat: { kind: "computed", everyMs: 600_000 },
  wildfire: { kind: "computed", everyMs: 1_800_000 },
  data: { kind: "empty" },
  hipmatch: { kind: "empty" },
  "hip-match": { kind: "empty" },
  globalprotect: { kind: "empty" },
  auth: { kind: "empty" },
  userid: { kind: "kept" },
  iptag: { kind: "kept" },
  decryption: { kind: "empty" },
  tunnel: { kind: "empty" },
  sctp: { kind: "empty" },
  gtp: { kind: "empty" },
  corr: { kind: "empty" },
  alarm: { kind: "empty" },
});
