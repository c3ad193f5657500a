/** What a token lets its bearer do, one bit per scope. */
export type Scopes = number;

const BASE = "prn:pantahub.com:apis:/base/";

const BITS: Readonly<Record<string, Scopes>> = {
  all: 1,
  devices: 2,
  "devices.readonly": 4,
  "devices.write": 8,
  "devices.change": 16,
  objects: 32,
  "objects.readonly": 64,
  "objects.write": 128,
  trails: 256,
  "trails.readonly": 512,
  "trails.write": 1024,
};

const bits = (...names: readonly string[]): Scopes => names.reduce((sum, name) => sum | (BITS[name] ?? 0), 0);

/** Scopes of which one is needed, by area and kind of access. */
export const REQUIRED_SCOPES = {
  "devices:read": bits("all", "devices", "devices.readonly"),
  "devices:write": bits("all", "devices", "devices.write"),
  "devices:change": bits("all", "devices", "devices.change"),
  "objects:read": bits("all", "devices", "objects", "objects.readonly"),
  "objects:write": bits("all", "devices", "objects", "objects.write"),
  "trails:read": bits("all", "trails", "trails.readonly"),
  "trails:write": bits("all", "trails", "trails.write"),
} as const;

/** `devices:read` and its relatives: what a route asks of a token. */
export type Access = keyof typeof REQUIRED_SCOPES;

/** The claim of a token without restrictions. */
export const ALL_SCOPES = `${BASE}all`;

/** The bits of a `scopes` claim; names it does not know count for nothing. */
export function readScopes(claim: string): Scopes {
  if (claim === ALL_SCOPES) return 1;
  return bits(...claim.split(" ").map((scope) => (scope.startsWith(BASE) ? scope.slice(BASE.length) : "")));
}

/** A `scopes` claim from what was typed at login: bare names get the base prefix. */
export function scopesClaim(typed: string): string {
  const scopes = typed.split(/\s+/).filter((scope) => scope !== "");
  return scopes.map((scope) => (scope.startsWith(BASE) ? scope : BASE + scope)).join(" ");
}

/** Of a claim, what an anonymous bearer may have: the read-only scopes. */
export const readOnlyScopes = (claim: string): string =>
  claim
    .split(" ")
    .filter((scope) => scope.endsWith(".readonly"))
    .join(" ");

/** The names of the scopes of which one is needed, for an error header. */
export function scopeNames(access: Access): string {
  const needed = REQUIRED_SCOPES[access];
  return Object.keys(BITS)
    .filter((name) => ((BITS[name] ?? 0) & needed) !== 0)
    .map((name) => BASE + name)
    .join(" ");
}
