import { FEATURE_RELEASES, parseVersion } from "../../node/software/version.ts";
import type { HaStatus } from "../../wire/link/ha-frames.ts";
import type { HaState } from "./ha-state.ts";
import { monitorTarget } from "./outages.ts";

/** Feature releases two members may be apart: as many as an upgrade may skip. */
const MAX_RELEASES_APART = 3;

/** Why a member is unfit for service, in the words of the screen. */
export interface Unfitness {
  readonly cause: "monitor" | "version";
  readonly reason: string;
}

/** `undefined` when it is fit. Releases too far apart keep out whoever is not active; the active member stays. */
export function unfitness(own: HaState, version: string, peer: HaStatus | undefined): Unfitness | undefined {
  const monitor = own.outages?.["ha-monitor"];
  if (monitor !== undefined)
    return { cause: "monitor", reason: monitorTarget(monitor.text, ANY).kind === "link" ? "Link down" : "Path down" };
  if (own.role === "active" || peer?.role !== "active" || releasesApart(version, peer.version) <= MAX_RELEASES_APART)
    return undefined;
  const reason = place(peer.version) < place(version) ? "Peer version too old" : "Peer version not compatible";
  return { cause: "version", reason };
}

const ANY = Object.freeze({ interface: "", destination: "" });

/** How many feature releases lie between two versions. One that never existed counts as half a step. */
const releasesApart = (a: string, b: string): number => Math.abs(place(a) - place(b));

function place(version: string): number {
  const parsed = parseVersion(version);
  if (parsed === undefined) return 0;
  const own = [parsed.major, parsed.minor] as const;
  const after = FEATURE_RELEASES.findIndex((release) => compare(release, own) >= 0);
  if (after < 0) return FEATURE_RELEASES.length;
  return compare(FEATURE_RELEASES[after] ?? "", own) === 0 ? after : after - 0.5;
}

function compare(release: string, [major, minor]: readonly [number, number]): number {
  const [a = 0, b = 0] = release.split(".").map(Number);
  return a - major || b - minor;
}
