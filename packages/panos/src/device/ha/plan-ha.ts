import { type Duration, type Instant, later } from "@understudy/kernel";
import type { HaMode, HaStatus } from "../../wire/link/ha-frames.ts";
import type { Unfitness } from "./fitness.ts";
import { flapsAt, isLoop, LOOPS } from "./flaps.ts";
import type { HaState } from "./ha-state.ts";

/** What a member knows of the way to its peer. `dead`: nobody listens there. `cut`: no answer at all, so the peer may well be alive. */
export type PeerLink = "unknown" | "up" | "dead" | "cut";

export interface HaSituation {
  readonly own: HaState;
  readonly self: Pick<HaStatus, "serial" | "priority" | "preemptive">;
  readonly mode: HaMode;
  readonly link: PeerLink;
  /** The last that was heard over the present link. */
  readonly peer?: HaStatus;
  /** Why it is unfit for service; absent while it is fit. */
  readonly unfit?: Unfitness;
  /** It has granted the peer's claim and has not heard of it since. */
  readonly granted: boolean;
  readonly now: Instant;
  readonly preemptHold: Duration;
  readonly maxFlaps: number;
  /** The backup link is down too (injected): a cut link looks like a dead peer. */
  readonly splitBrain: boolean;
}

/** What a member does next. `claim`: asks the peer's leave to become active. `return`: it is fit for service again. */
export type HaStep =
  | { readonly do: "wait"; readonly until?: Instant }
  | { readonly do: "become"; readonly role: "active" | "passive" | "tentative" }
  | { readonly do: "leave"; readonly role: "non-functional" | "tentative" | "suspended"; readonly reason: string }
  | { readonly do: "return" }
  | { readonly do: "claim"; readonly preempts: boolean };

const WAIT: HaStep = Object.freeze({ do: "wait" });
const CLAIM: HaStep = Object.freeze({ do: "claim", preempts: false });
const become = (role: "active" | "passive" | "tentative"): HaStep => ({ do: "become", role });
const waitUntil = (until: Instant): HaStep => ({ do: "wait", until });

/** Decides a member's next step. Pure; asked again after every change. */
export function planHa(situation: HaSituation): HaStep {
  const { own, unfit } = situation;
  if (own.role === "suspended") return WAIT;
  if (own.role === "non-functional") return unfit === undefined ? planReturn(situation) : WAIT;
  if (unfit !== undefined) return planUnfit(situation, unfit);
  switch (own.role) {
    case "initial":
      return planInitial(situation);
    case "tentative":
      return planTentative(situation);
    case "passive":
      return planPassive(situation);
    case "active":
      return planActive(situation);
  }
}

/** Whoever is still booting has nothing to leave; whoever is tentative has left already. */
function planUnfit({ own, mode }: HaSituation, { cause, reason }: Unfitness): HaStep {
  if (own.role === "initial" && own.holdUntil === undefined) return WAIT;
  const role = mode === "active-active" && cause === "monitor" ? "tentative" : "non-functional";
  return own.role === role && own.reason === reason ? WAIT : { do: "leave", role, reason };
}

const planReturn = ({ own, now }: HaSituation): HaStep =>
  own.holdUntil !== undefined && now < own.holdUntil ? waitUntil(own.holdUntil) : { do: "return" };

function planInitial(situation: HaSituation): HaStep {
  const { own, link, peer, now, granted, mode } = situation;
  if (own.holdUntil === undefined || granted) return WAIT;
  const heldBack = now < own.holdUntil;
  if (link === "up" && peer !== undefined) {
    if (heldBack && !own.eager) return waitUntil(own.holdUntil);
    if (peer.role === "active") return become(mode === "active-active" && !own.eager ? "tentative" : "passive");
    const peerWillTake = peer.role === "initial" && peer.ready && isBetter(peer, situation);
    return peerWillTake ? WAIT : CLAIM;
  }
  if (heldBack) return waitUntil(own.holdUntil);
  return peerIsGone(situation) ? become("active") : WAIT;
}

/** While the peer is active there is time to wait for routes; where nobody is, there is none. */
function planTentative(situation: HaSituation): HaStep {
  const { own, link, peer, now, granted } = situation;
  if (granted) return WAIT;
  if (link !== "up" || peer === undefined) return peerIsGone(situation) ? become("active") : WAIT;
  if (peer.role === "active")
    return own.holdUntil !== undefined && now < own.holdUntil ? waitUntil(own.holdUntil) : become("passive");
  const mayTake = peer.role === "initial" ? peer.ready : peer.role === "tentative" && peer.reason === undefined;
  return peer.role === "passive" || (mayTake && isBetter(peer, situation)) ? WAIT : CLAIM;
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
    case "tentative":
      return CLAIM;
    case "passive":
      return isBetter(peer, situation) ? WAIT : CLAIM;
    case "initial":
      return WAIT;
  }
}

function planPreemption({ own, self, now, preemptHold, maxFlaps }: HaSituation, peer: HaStatus): HaStep {
  if (!self.preemptive || !peer.preemptive || self.priority >= peer.priority) return WAIT;
  const from = later(own.since, preemptHold);
  if (now < from) return waitUntil(from);
  return isLoop(flapsAt(own.flaps, now).preemptions + 1, maxFlaps)
    ? { do: "leave", role: "suspended", reason: LOOPS.preemptions }
    : { do: "claim", preempts: true };
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
