import {
  type CloudLink,
  type Endpoint,
  type JsonObject,
  type JsonValue,
  type TcpAddress,
  UsageError,
} from "@understudy/kernel";
import { parseHostPort } from "../node/addresses.ts";
import type { FirewallProfile } from "../node/firewall-profile.ts";
import type { ListenPlan } from "./listeners.ts";
import type { Manager } from "./panorama-link.ts";

/** Where a firewall listens, and what it connects to. */
export interface FirewallTies {
  /** None: it is managed by nobody. Two: by a pair. */
  readonly managers: readonly Manager[];
  readonly listen: ListenPlan;
  /** Part of the addresses of HA links: the port of the lab's Panorama. */
  readonly labPort: number;
}

/** What ties a firewall has by its link. Its profile's own addresses win over those of the plan, all or none. */
export function tiesOf(profile: FirewallProfile, link: CloudLink | undefined): FirewallTies {
  const panorama = link?.endpoints.link;
  const api = link?.endpoints.http?.address;
  const enrolment = link?.enrolment ?? {};
  return {
    labPort: api?.kind === "tcp" ? api.port : 0,
    listen: listenPlan(profile, enrolment.http, enrolment.https),
    managers: panorama === undefined ? [] : [managerOf(panorama, enrolment), ...secondManager(panorama, enrolment)],
  };
}

const managerOf = (endpoint: Endpoint, told: JsonObject): Manager => ({
  endpoint,
  ip: textOf(told.panoramaIp) ?? "192.168.1.2",
});

/** The second Panorama of a pair, reached in the way of the first. */
function secondManager(first: Endpoint, { second }: JsonObject): readonly Manager[] {
  if (typeof second !== "object" || second === null || !("link" in second)) return [];
  const at = parseHostPort(textOf(second.link) ?? "");
  return at === undefined ? [] : [managerOf({ ...first, address: at }, second)];
}

function listenPlan(profile: FirewallProfile, http: JsonValue | undefined, https: JsonValue | undefined): ListenPlan {
  const asked = profile.listen;
  const plain = address(profile, asked === undefined ? http : asked.http);
  const secure = address(profile, asked === undefined ? https : asked.https);
  return {
    by: asked === undefined ? "planned" : "asked",
    ...(plain === undefined ? {} : { http: plain }),
    ...(secure === undefined
      ? {}
      : { https: { at: secure, tls: { issuedFor: certificateNames(profile, secure.host) } } }),
  };
}

/** All that a client may call it. What no certificate can hold is left out. */
const certificateNames = (profile: FirewallProfile, host: string): readonly string[] =>
  [profile.serial, profile.hostname, host, profile.ipAddress, "127.0.0.1"].filter(
    (name, at, all) => /^[\x21-\x7e]{1,253}$/.test(name) && all.indexOf(name) === at,
  );

function address(profile: FirewallProfile, value: JsonValue | undefined): TcpAddress | undefined {
  if (typeof value !== "string") return undefined;
  const found = parseHostPort(value);
  if (found !== undefined) return found;
  const text = `Firewall ${profile.serial} cannot listen at ${value}: expected host:port, such as 127.0.0.1:28102.`;
  throw new UsageError("bad-address", text, { serial: profile.serial, found: value });
}

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
