import { between, type Clock, seconds } from "@understudy/kernel";
import { takeCandidate, takeConfig } from "../../node/ha/take-config.ts";
import type { PushDigests } from "../../node/jobs/job.ts";
import { withImage } from "../../node/software/software-jobs.ts";
import { writeXml } from "../../wire/xml/write.ts";
import type { Pair, RunningPanorama } from "../running-panorama.ts";
import { inRole, type PairPriority, resumed, suspended } from "./pair-state.ts";
import { type PairMember, planPair } from "./plan-pair.ts";

/** The wake-up at which a pair is looked at. */
export const PAIR_WAKE = "pair";

export const otherOf = (priority: PairPriority): PairPriority => (priority === "primary" ? "secondary" : "primary");

/**
 * Two Panoramas that stand in for each other. Both are one stand-in, so that nothing lies between them: their link cannot be cut,
 * and the power takes both.
 */
export class PanoramaPair implements Pair {
  readonly #member: (priority: PairPriority) => RunningPanorama;
  readonly #clock: Clock;
  /** What one member is to give the other in the next episode. */
  #gifts: (() => Promise<unknown>)[] = [];

  constructor(member: (priority: PairPriority) => RunningPanorama, clock: Clock) {
    this.#member = member;
    this.#clock = clock;
  }

  member(priority: PairPriority): RunningPanorama {
    return this.#member(priority);
  }

  isUp(priority: PairPriority): boolean {
    const { name } = this.member(priority).state.power;
    return name === "up" || name === "closing";
  }

  changed(): void {
    this.#clock.wake(seconds(0), { name: PAIR_WAKE });
  }

  committed(by: PairPriority): void {
    this.#give(() => this.share(by, "running"));
  }

  downloaded(by: PairPriority, version: string): void {
    const other = otherOf(by);
    this.#give(async () => {
      if (!this.isUp(other)) return;
      await this.member(other).change((node) => ({ state: withImage(node, version), result: undefined }));
    });
  }

  #give(gift: () => Promise<unknown>): void {
    this.#gifts.push(gift);
    this.changed();
  }

  /** Has each member take the role that is due. Called in the episodes of {@link PAIR_WAKE} only. */
  async settle(): Promise<void> {
    for (const gift of this.#gifts.splice(0)) await gift();
    const now = this.#clock.now();
    const step = planPair({ primary: this.#seen("primary"), secondary: this.#seen("secondary") }, now);
    if (step.do === "wait") {
      if (step.until !== undefined) this.#clock.wake(between(now, step.until), { name: PAIR_WAKE });
      return;
    }
    const { ha: planned } = this.member(step.who).whole;
    await this.member(step.who).changePair((ha, at) => (ha === planned ? inRole(ha, step.role, at) : ha));
    this.changed();
  }

  #seen(priority: PairPriority): PairMember {
    const { ha } = this.member(priority).whole;
    if (ha === undefined) throw new Error("unreachable: both members of a pair have a role");
    return { up: this.isUp(priority), state: ha };
  }

  async order(priority: PairPriority, what: "suspend" | "functional"): Promise<boolean> {
    if (!this.isUp(priority)) return false;
    await this.member(priority).changePair(what === "suspend" ? suspended : resumed);
    return true;
  }

  async share(from: PairPriority, what: "running" | "candidate"): Promise<boolean> {
    const other = otherOf(from);
    if (!this.isUp(other)) return false;
    const { config } = this.member(from);
    const text = writeXml(what === "running" ? config.running : config.candidate).markup;
    await (what === "running" ? takeConfig : takeCandidate)(this.member(other), text);
    return true;
  }

  async pushed(by: PairPriority, serial: string, digests: PushDigests): Promise<void> {
    await this.member(otherOf(by)).registry.pushed(serial, digests);
  }
}
