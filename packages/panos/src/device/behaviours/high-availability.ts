import { between, type Duration } from "@understudy/kernel";
import type { Behavior } from "../../node/node.ts";
import { featureRelease } from "../../node/software/version.ts";
import { CODES, refused, result, resultText, told } from "../../wire/api/answer.ts";
import type { HaStatus } from "../../wire/link/ha-frames.ts";
import { type HaMember, type HaView, haMessage, type RunningSync } from "../../wire/messages/high-availability.ts";
import type { HaLink } from "../ha/ha-link.ts";
import { statusOf } from "../ha/status.ts";
import type { RunningFirewall } from "../running-firewall.ts";

/** What a member tells of its pair. */
export function haView(firewall: RunningFirewall): HaView {
  const { ha: link, profile, whole } = firewall;
  if (link === undefined || profile.ha === undefined || whole.ha === undefined) return { enabled: false };
  const own = statusOf(firewall, profile.ha, whole.ha, link.ownIp);
  const up = link.link === "up" && link.peer !== undefined;
  const peer = up ? link.peer : undefined;
  const buildCompatible = peer === undefined || featureRelease(peer.version) === featureRelease(own.version);
  return {
    enabled: true,
    local: member(own, firewall, whole.ha.reason),
    peer: peer === undefined ? absentPeer(link, own, profile.ha.peerSerial) : member(peer, firewall),
    connection: up ? "up" : "down",
    buildCompatible,
    runningSync: syncOf(own, peer),
  };
}

function syncOf(own: HaStatus, peer: HaStatus | undefined): RunningSync {
  if (own.syncing || peer?.syncing === true) return "synchronization in progress";
  return peer !== undefined && peer.configDigest === own.configDigest ? "synchronized" : "not synchronized";
}

function member(status: HaStatus, firewall: RunningFirewall, reason?: string): HaMember {
  return {
    serial: status.serial,
    state: status.role,
    stateDuration: between(status.since as ReturnType<RunningFirewall["now"]>, firewall.now()), // an instant, as the peer told it
    priority: String(status.priority),
    preemptive: status.preemptive,
    version: status.version,
    model: status.model,
    appVersion: status.appVersion,
    mgmtIp: status.mgmtIp,
    ha1Ip: status.ha1Ip,
    ...(reason === undefined ? {} : { reason }),
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
  };
}

const NOT_ENABLED = refused(CODES.invalidCommand, "High-availability is not enabled");

const tellsHa = (on: string): Behavior<RunningFirewall> => ({
  on,
  handle: (firewall) => result(haMessage.render(haView(firewall))),
});

const changesOwnState = (
  word: "suspend" | "functional",
  told: "suspended" | "functional",
): Behavior<RunningFirewall> => ({
  on: `request.high-availability.state.${word}`,
  handle: async (firewall) => {
    if (firewall.ha === undefined) return NOT_ENABLED;
    await (word === "suspend" ? firewall.ha.suspend() : firewall.ha.resume());
    return resultText(`Successfully changed HA state to ${told}`);
  },
});

const changesPeerState = (
  word: "suspend" | "functional",
  told: "suspended" | "functional",
): Behavior<RunningFirewall> => ({
  on: `request.high-availability.state.peer.${word}`,
  handle: (firewall) => {
    if (firewall.ha === undefined) return NOT_ENABLED;
    return firewall.ha.order(told)
      ? resultText(`Successfully changed HA state to ${told}`)
      : refused(CODES.notFound, "HA peer is not connected");
  },
});

const QUEUED = told("HA synchronization job has been queued on peer. Please check job status on peer.");
const NOT_SYNCED = refused(CODES.notFound, "Failed to synchronize running configuration with HA peer");

const syncs = (what: string): Behavior<RunningFirewall> => ({
  on: `request.high-availability.sync-to-remote.${what}`,
  handle: (firewall) => {
    if (firewall.ha === undefined) return NOT_ENABLED;
    return firewall.ha.shareConfig() ? QUEUED : NOT_SYNCED;
  },
});

export const haBehaviors: readonly Behavior<RunningFirewall>[] = [
  tellsHa("show.high-availability.state"),
  tellsHa("show.high-availability.all"),
  changesOwnState("suspend", "suspended"),
  changesOwnState("functional", "functional"),
  changesPeerState("suspend", "suspended"),
  changesPeerState("functional", "functional"),
  syncs("running-config"),
  syncs("candidate-config"),
];
