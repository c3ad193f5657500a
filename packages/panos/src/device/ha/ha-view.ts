import { between, type Duration, type Instant, minutes } from "@understudy/kernel";
import { featureRelease } from "../../node/software/version.ts";
import { type HaStatus, roleName } from "../../wire/link/ha-frames.ts";
import type { HaMember, HaView, RunningSync, ShownMonitoring } from "../../wire/messages/high-availability.ts";
import { INTERFACES, interfaceAddress } from "../initial-config.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { flapsAt } from "./flaps.ts";
import type { HaLink } from "./ha-link.ts";
import type { MonitoredGroup, Monitoring } from "./ha-settings.ts";
import type { HaState } from "./ha-state.ts";
import { monitorTarget } from "./outages.ts";

/** What a member tells of its pair. */
export function haView(firewall: RunningFirewall): HaView {
  const { ha: link, profile, whole } = firewall;
  if (link === undefined || profile.ha === undefined || whole.ha === undefined) return { enabled: false };
  const own = link.status(whole.ha);
  const up = link.link === "up" && link.peer !== undefined;
  const peer = up ? link.peer : undefined;
  const ha2 = peer !== undefined && own.ha2 && peer.ha2;
  return {
    enabled: true,
    mode: profile.ha.mode === "active-active" ? "Active-Active" : "Active-Passive",
    local: member(own, firewall.now()),
    peer: peer === undefined ? absentPeer(link, own, profile.ha.peerSerial) : member(peer, firewall.now()),
    timers: timersOf(link, whole.ha, firewall.now()),
    connections: { ha1: up ? "up" : "down", ha2: ha2 ? "up" : "down" },
    stateSync: ha2 && isInService(own) && isInService(peer),
    buildCompatible: peer === undefined || featureRelease(peer.version) === featureRelease(own.version),
    appCompatible: peer === undefined || peer.appVersion === own.appVersion,
    ...monitoringOf(link, whole.ha),
    runningSync: syncOf(own, peer),
    syncEnabled: link.settings.configSync,
  };
}

const isInService = ({ role }: HaStatus): boolean => role === "active" || role === "passive";

function syncOf(own: HaStatus, peer: HaStatus | undefined): RunningSync {
  if (own.syncing || peer?.syncing === true) return "synchronization in progress";
  return peer !== undefined && peer.configDigest === own.configDigest ? "synchronized" : "not synchronized";
}

function member(status: HaStatus, now: Instant): HaMember {
  const { lastError, mode } = status;
  return {
    serial: status.serial,
    state: roleName(status.role, mode),
    stateDuration: between(status.since as Instant, now), // an instant, as the peer told it
    priority: String(status.priority),
    preemptive: status.preemptive,
    version: status.version,
    model: status.model,
    appVersion: status.appVersion,
    mgmtIp: status.mgmtIp,
    ha1Ip: status.ha1Ip,
    ...(mode === "active-active" ? { deviceId: status.deviceId } : {}),
    ...(status.reason === undefined ? {} : { reason: status.reason }),
    ...(lastError === undefined
      ? {}
      : { lastError: { state: roleName(lastError.role, mode), reason: lastError.reason } }),
  };
}

/** What is shown of a peer nobody hears of: what was last known, in state `unknown`. */
function absentPeer(link: HaLink, own: HaStatus, serial: string): HaMember {
  return {
    serial,
    state: "unknown",
    stateDuration: 0 as Duration,
    priority: "",
    preemptive: false,
    version: own.version,
    model: own.model,
    appVersion: own.appVersion,
    mgmtIp: "unknown",
    ha1Ip: link.peerIp,
    ...(own.mode === "active-active" ? { deviceId: 1 - own.deviceId } : {}),
  };
}

function timersOf(link: HaLink, ha: HaState, now: Instant): Extract<HaView, { enabled: true }>["timers"] {
  const { settings } = link;
  const flaps = flapsAt(ha.flaps, now);
  return {
    maxFlaps: settings.maxFlaps,
    preemptFlaps: flaps.preemptions,
    nonfunctionalFlaps: flaps.failures,
    preemptHoldMinutes: Math.ceil(link.preemptHold / minutes(1)),
    promotionHoldMs: settings.promotionHoldMs,
    helloMs: settings.helloMs,
    heartbeatMs: settings.heartbeatMs,
    monitorHoldUpMs: settings.monitorHoldUpMs,
    masterHoldUpMs: settings.masterHoldUpMs,
  };
}

/** What is watched, and how it is. An outage of something that nobody configured shows in a group of its own. */
function monitoringOf(
  { settings }: HaLink,
  ha: HaState,
): { readonly linkMonitoring: ShownMonitoring; readonly pathMonitoring: ShownMonitoring } {
  const outage = ha.outages?.["ha-monitor"];
  const first = {
    interface: settings.linkMonitoring.groups[0]?.members[0] ?? `ethernet1/${INTERFACES[0]}`,
    destination: settings.pathMonitoring.groups[0]?.members[0] ?? interfaceAddress(INTERFACES[0]),
  };
  const target = outage === undefined ? undefined : monitorTarget(outage.text, first);
  return {
    linkMonitoring: shown(settings.linkMonitoring, target?.kind === "link" ? target.interface : undefined),
    pathMonitoring: shown(settings.pathMonitoring, target?.kind === "path" ? target.destination : undefined),
  };
}

function shown({ groups, ...rest }: Monitoring, down: string | undefined): ShownMonitoring {
  const isKnown = down === undefined || groups.some(({ members }) => members.includes(down));
  const all = isKnown ? groups : [...groups, groupOf(down)];
  return {
    ...rest,
    groups: all.map(({ members, ...group }) => ({
      ...group,
      members: members.map((name) => ({ name, status: name === down ? ("down" as const) : ("up" as const) })),
    })),
  };
}

const groupOf = (member: string): MonitoredGroup => ({
  name: "injected",
  enabled: true,
  condition: "any",
  members: [member],
});
