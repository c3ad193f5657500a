import { between, type Duration } from "@understudy/kernel";
import type { Behavior } from "../../node/node.ts";
import { type Answer, CODES, refused, result, resultText, told } from "../../wire/api/answer.ts";
import type { RunningSync } from "../../wire/messages/high-availability.ts";
import { type PanoramaHaView, type PanoramaMember, panoramaHaMessage } from "../../wire/messages/panorama-ha.ts";
import type { PairPriority } from "../pair/pair-state.ts";
import { otherOf } from "../pair/panorama-pair.ts";
import type { PairSeat, RunningPanorama } from "../running-panorama.ts";

type PanoramaBehavior = Behavior<RunningPanorama>;

/** What a Panorama tells of its pair. */
function pairView({ seat }: RunningPanorama): PanoramaHaView {
  if (seat === undefined) return { enabled: false };
  const other = otherOf(seat.priority);
  const up = seat.pair.isUp(other);
  return {
    enabled: true,
    local: member(seat, seat.priority, true),
    peer: member(seat, other, up),
    connection: up ? "up" : "down",
    runningSync: up ? syncOf(seat) : "not synchronized",
  };
}

function member({ pair }: PairSeat, priority: PairPriority, isHeard: boolean): PanoramaMember {
  const panorama = pair.member(priority);
  const { profile, state, whole } = panorama;
  const { ha } = whole;
  const named = (role: string): string => `${priority}-${role}`;
  return {
    serial: profile.serial,
    state: isHeard && ha !== undefined ? named(ha.role) : "unknown",
    stateDuration: isHeard && ha !== undefined ? between(ha.since, panorama.now()) : (0 as Duration),
    priority,
    version: state.version,
    appVersion: state.appVersion,
    model: profile.model,
    mgmtIp: profile.ipAddress,
    ...(ha?.lastError === undefined
      ? {}
      : { lastError: { state: named(ha.lastError.role), reason: ha.lastError.reason } }),
  };
}

function syncOf({ pair }: PairSeat): RunningSync {
  const [one, two] = [pair.member("primary"), pair.member("secondary")];
  const isSyncing = [one, two].some(({ state }) =>
    state.jobs.some(({ type, end }) => type === "HA-Sync" && end === undefined),
  );
  if (isSyncing) return "synchronization in progress";
  if (one.state.config.running === two.state.config.running && one.state.config.running === undefined)
    return "synchronized";
  return one.configDigest === two.configDigest ? "synchronized" : "not synchronized";
}

const tellsHa = (on: string): PanoramaBehavior => ({
  on,
  handle: (panorama) => result(panoramaHaMessage.render(pairView(panorama))),
});

const NOT_ENABLED = refused(CODES.invalidCommand, "High-availability is not enabled");
const NO_PEER = refused(CODES.notFound, "HA peer is not connected");
const NOT_SYNCED = refused(CODES.notFound, "Failed to synchronize running configuration with HA peer");
const QUEUED = told("HA synchronization job has been queued on peer. Please check job status on peer.");

const inPair = (on: string, handle: (seat: PairSeat) => Promise<Answer>): PanoramaBehavior => ({
  on: `request.high-availability.${on}`,
  handle: ({ seat }) => (seat === undefined ? NOT_ENABLED : handle(seat)),
});

const orders = (word: "suspend" | "functional", whose: "own" | "peer"): PanoramaBehavior =>
  inPair(`state.${whose === "peer" ? "peer." : ""}${word}`, async ({ pair, priority }) => {
    const done = await pair.order(whose === "own" ? priority : otherOf(priority), word);
    const state = word === "suspend" ? "suspended" : "functional";
    return done ? resultText(`Successfully changed HA state to ${state}`) : NO_PEER;
  });

const syncs = (what: "running" | "candidate"): PanoramaBehavior =>
  inPair(`sync-to-remote.${what}-config`, async ({ pair, priority }) =>
    (await pair.share(priority, what)) ? QUEUED : NOT_SYNCED,
  );

export const haBehaviors: readonly PanoramaBehavior[] = [
  tellsHa("show.high-availability.state"),
  tellsHa("show.high-availability.all"),
  orders("suspend", "own"),
  orders("functional", "own"),
  orders("suspend", "peer"),
  orders("functional", "peer"),
  syncs("running"),
  syncs("candidate"),
];
