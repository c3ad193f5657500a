import { type Duration, type Instant, later } from "@understudy/kernel";
import type { HaRole, HaStatus } from "../../wire/link/ha-frames.ts";
import type { HaState } from "./ha-state.ts";

/** What a member knows of the way to its peer. `dead`: nobody listens there. `cut`: no answer at all, so the peer may well be alive. */
export type PeerLink = "unknown" | "up" | "dead" | "cut";

export interface HaSituation {
  readonly own: HaState;
  readonly self: Pick<HaStatus, "serial" | "priority" | "preemptive">;
  readonly link: PeerLink;
  /** The last that was heard over the present link. */
  readonly peer?: HaStatus;
  /** It has granted the peer's claim and has not heard of it since. */
  readonly granted: boolean;
  readonly now: Instant;
  readonly preemptHold: Duration;
  /** The backup link is down too (injected): a cut link looks like a dead peer. */
  readonly splitBrain: boolean;
}

/** What a member does next. `claim`: asks the peer's leave to become active. */
export type HaStep =
  | { readonly do: "wait"; readonly until?: Instant }
  | { readonly do: "become"; readonly role: HaRole }
  | { readonly do: "claim"; readonly preempts: boolean };

const WAIT: HaStep = Object.freeze({ do: "wait" });
const CLAIM: HaStep = Object.freeze({ do: "claim", preempts: false });
const become = (role: HaRole): HaStep => ({ do: "become", role });
const waitUntil = (until: Instant): HaStep => ({ do: "wait", until });

/** Decides a member's next step. Pure; asked again after every change. */
export function planHa(situation: HaSituation): HaStep {
  switch (situation.own.role) {
    case "suspended":
    case "non-functional":
      return WAIT;
    case "initial":
      return planInitial(situation);
    case "passive":
      return planPassive(situation);
    case "active":
      return planActive(situation);
  }
}

function planInitial(situation: HaSituation): HaStep {
  const { own, link, peer, now, granted } = situation;
  if (own.holdUntil === undefined || granted) return WAIT;
  const heldBack = now < own.holdUntil;
  if (link === "up" && peer !== undefined) {
    if (heldBack && !own.eager) return waitUntil(own.holdUntil);
    if (peer.role === "active") return become("passive");
    const peerWillTake = peer.role === "initial" && peer.ready && isBetter(peer, situation);
    return peerWillTake ? WAIT : CLAIM;
  }
  if (heldBack) return waitUntil(own.holdUntil);
  return peerIsGone(situation) ? become("active") : WAIT;
}

function planPassive(situation: HaSituation): HaStep {
  const { link, peer, granted } = situation;
  if (granted) return WAIT;
  if (link !== "up" || peer === undefined) return peerIsGone(situation) ? become("active") : WAIT;
  switch (peer.role) {
    case "active":
      return planPreemption(situation, peer);
    case "suspended":
    case "non-functional":
      return CLAIM;
    case "passive":
      return isBetter(peer, situation) ? WAIT : CLAIM;
    case "initial":
      return WAIT;
  }
}

function planPreemption({ own, self, now, preemptHold }: HaSituation, peer: HaStatus): HaStep {
  if (!self.preemptive || !peer.preemptive || self.priority >= peer.priority) return WAIT;
  const from = later(own.since, preemptHold);
  return now < from ? waitUntil(from) : { do: "claim", preempts: true };
}

/** Two actives meet only after an injected split brain: the better one stays. */
function planActive(situation: HaSituation): HaStep {
  const { link, peer } = situation;
  return link === "up" && peer?.role === "active" && isBetter(peer, situation) ? become("passive") : WAIT;
}

const peerIsGone = ({ link, splitBrain }: HaSituation): boolean => link === "dead" || (link === "cut" && splitBrain);

/** Whether the peer has the better right to be active: who led last, then the lower priority, then the lower serial. */
export function isBetter(peer: HaStatus, { own, self }: Pick<HaSituation, "own" | "self">): boolean {
  if (peer.ledTerm !== own.ledTerm) return peer.ledTerm > own.ledTerm;
  if (peer.priority !== self.priority) return peer.priority < self.priority;
  return peer.serial < self.serial;
}

/** What becomes of a peer's claim. `step-down`: it is granted once this member is passive. */
export function judgeClaim(
  situation: Pick<HaSituation, "own" | "self" | "peer">,
  claim: { readonly preempts: boolean; readonly ownClaim: boolean },
): "grant" | "step-down" | "deny" {
  const { own, self, peer } = situation;
  if (own.role === "active") {
    const mayPreempt =
      claim.preempts && peer !== undefined && self.preemptive && peer.preemptive && peer.priority < self.priority;
    return mayPreempt ? "step-down" : "deny";
  }
  if (claim.ownClaim && peer !== undefined && !isBetter(peer, situation)) return "deny";
  return "grant";
}
