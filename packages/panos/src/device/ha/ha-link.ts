import { between, seconds } from "@understudy/kernel";
import type { HaProfile } from "../../node/firewall-profile.ts";
import { withImage } from "../../node/software/software-jobs.ts";
import type { HaFrame, HaStatus } from "../../wire/link/ha-frames.ts";
import { writeXml } from "../../wire/xml/write.ts";
import type { Firewall } from "../firewall.ts";
import { type HaAddresses, HaChannel, type HaSpeaker } from "./ha-channel.ts";
import { activeIn, functionalAgain, type HaState, withRole } from "./ha-state.ts";
import { type HaSituation, judgeClaim, type PeerLink, planHa } from "./plan-ha.ts";
import { statusOf } from "./status.ts";
import { takeConfig } from "./take-config.ts";

/** Steps that may follow one another without anything new being heard. */
const MAX_STEPS = 8;

const CLAIM_AGAIN = seconds(5);

/** One member of a pair: what it says to its peer, and which role it takes. */
export class HaLink implements HaSpeaker {
  readonly #firewall: Firewall;
  readonly #profile: HaProfile;
  readonly #addresses: HaAddresses;
  readonly #channel: HaChannel;
  /** Whether this end has told its status over the present link. */
  #greeted = false;
  /** The last that was heard over the present link. */
  #peer: HaStatus | undefined;
  /** The term in which it has asked to be active. */
  #claim: number | undefined;
  /** It has granted the peer's claim, and has heard nothing since. */
  #granted = false;
  #splitBrain = false;

  constructor(firewall: Firewall, profile: HaProfile, addresses: HaAddresses) {
    this.#firewall = firewall;
    this.#profile = profile;
    this.#addresses = addresses;
    this.#channel = new HaChannel(firewall.world, addresses, firewall.profile.serial < profile.peerSerial, this);
  }

  get ownIp(): string {
    return this.#addresses.own.host;
  }

  get peerIp(): string {
    return this.#addresses.peer.host;
  }

  get link(): PeerLink {
    return this.#channel.link;
  }

  /** The last that was heard of the peer; `undefined` while there is no link. */
  get peer(): HaStatus | undefined {
    return this.#peer;
  }

  open(): Promise<void> {
    return this.#channel.open();
  }

  close(reason: string): Promise<void> {
    return this.#channel.close(reason);
  }

  dial(): Promise<void> {
    return this.#channel.dial();
  }

  linked(): void {
    this.#forget();
    this.#sendStatus();
  }

  async unlinked(): Promise<void> {
    this.#forget();
    this.#splitBrain = this.link === "cut" && this.#firewall.strike("ha1-backup")?.error !== undefined;
    if (this.#firewall.connections.peer) this.#firewall.connectionChanged({ peer: false });
    await this.evaluate();
  }

  #forget(): void {
    this.#peer = undefined;
    this.#greeted = false;
    this.#claim = undefined;
    this.#granted = false;
  }

  async heard(frame: HaFrame): Promise<void> {
    switch (frame.kind) {
      case "status":
        return this.#learn(frame.status);
      case "claim":
        return this.#judge(frame.term, frame.preempts);
      case "grant":
        return this.#won(frame.term);
      case "deny":
        if (this.#claim === frame.term) this.#claim = undefined;
        return;
      case "order":
        return frame.role === "suspended" ? this.suspend() : this.resume();
      case "config":
        return takeConfig(this.#firewall, frame.text);
      case "image":
        await this.#firewall.change((node) => ({ state: withImage(node, frame.version), result: undefined }));
    }
  }

  async #learn(status: HaStatus): Promise<void> {
    this.#peer = status;
    this.#granted = false;
    if (!this.#firewall.connections.peer) this.#firewall.connectionChanged({ peer: true });
    await this.evaluate();
  }

  /** Decides and acts until there is nothing to do but wait. */
  async evaluate(): Promise<void> {
    for (let step = 0; step < MAX_STEPS; step++) {
      const { ha } = this.#firewall.whole;
      if (ha === undefined || this.#firewall.state.power.name !== "up") return;
      const next = planHa(this.#situation(ha));
      switch (next.do) {
        case "wait":
          if (next.until !== undefined)
            this.#firewall.world.clock.wake(between(this.#firewall.now(), next.until), { name: "ha" });
          return;
        case "become":
          await this.#become(next.role);
          break;
        case "claim":
          this.#sendClaim(ha, next.preempts);
          return;
      }
    }
  }

  #situation(own: HaState): HaSituation {
    const { profile, settings } = this.#firewall;
    return {
      own,
      self: { serial: profile.serial, priority: this.#profile.priority, preemptive: this.#profile.preemptive },
      link: this.link,
      ...(this.#peer === undefined ? {} : { peer: this.#peer }),
      granted: this.#granted,
      now: this.#firewall.now(),
      preemptHold: settings.timing.preemptHold.from,
      splitBrain: this.#splitBrain,
    };
  }

  /** Takes a role, unless something has happened on the way to the disk that calls for another step. */
  async #become(role: HaState["role"]): Promise<void> {
    await this.#firewall.changeHa((ha, now) => {
      const again = planHa(this.#situation(ha));
      if (again.do !== "become" || again.role !== role) return { state: ha, result: undefined };
      return { state: role === "active" ? activeIn(ha, ha.term + 1, now) : withRole(ha, role, now), result: undefined };
    });
    this.#sendStatus();
  }

  /** A claim that gets no answer is made again: on a bad line one may be lost. */
  #sendClaim(ha: HaState, preempts: boolean): void {
    const term = this.#claim ?? Math.max(ha.term, this.#peer?.ledTerm ?? 0) + 1;
    this.#claim = term;
    this.#channel.send({ kind: "claim", term, preempts });
    this.#firewall.world.clock.wake(CLAIM_AGAIN, { name: "ha" });
  }

  /** The verdict is found and stored in one step: whoever grants is not about to become active itself. */
  async #judge(term: number, preempts: boolean): Promise<void> {
    const verdict = await this.#firewall.changeHa((own, now) => {
      const found = judgeClaim(this.#situation(own), { preempts, ownClaim: this.#claim !== undefined });
      if (found === "deny") return { state: own, result: found };
      this.#claim = undefined;
      this.#granted = true;
      const known = { ...own, term: Math.max(own.term, term) };
      return {
        state: found === "step-down" ? withRole(known, "passive", now, "Preempted by peer") : known,
        result: found,
      };
    });
    if (verdict !== "grant") this.#sendStatus();
    this.#channel.send({ kind: verdict === "deny" ? "deny" : "grant", term });
  }

  async #won(term: number): Promise<void> {
    await this.#firewall.changeHa((ha, now) => {
      const stands = this.#claim === term && ha.role !== "suspended" && ha.role !== "non-functional";
      if (this.#claim === term) this.#claim = undefined;
      return { state: stands ? activeIn(ha, term, now) : ha, result: undefined };
    });
    this.#sendStatus();
  }

  /** Ordered out of service. */
  suspend(): Promise<void> {
    return this.#leave("suspended", "User requested");
  }

  /** Found unfit for service. */
  fail(reason: string): Promise<void> {
    return this.#leave("non-functional", reason);
  }

  async #leave(role: "suspended" | "non-functional", reason: string): Promise<void> {
    await this.#firewall.changeHa((ha, now) => {
      this.#claim = undefined;
      return { state: ha.role === role ? ha : withRole(ha, role, now, reason), result: undefined };
    });
    this.#sendStatus();
  }

  /** Ordered back into service. */
  async resume(): Promise<void> {
    await this.#firewall.changeHa((ha, now) => ({
      state: ha.role === "suspended" || ha.role === "non-functional" ? functionalAgain(ha, now) : ha,
      result: undefined,
    }));
    this.#sendStatus();
    await this.evaluate();
  }

  /** Tells the peer to do so; false when it cannot be told. */
  order(role: "suspended" | "functional"): boolean {
    if (this.link !== "up") return false;
    this.#channel.send({ kind: "order", role });
    return true;
  }

  /** Gives the peer an image that was downloaded for both. */
  shareImage(version: string): void {
    this.#channel.send({ kind: "image", version });
  }

  /** Has the peer take over the running configuration; false when it cannot be told. */
  shareConfig(): boolean {
    if (this.link !== "up") return false;
    this.#channel.send({ kind: "config", text: writeXml(this.#firewall.config.running).markup });
    return true;
  }

  /** Something the peer is told of has changed. */
  statusChanged(): void {
    if (this.#greeted) this.#sendStatus();
  }

  #sendStatus(): void {
    const { ha } = this.#firewall.whole;
    this.#greeted = true;
    if (ha !== undefined)
      this.#channel.send({ kind: "status", status: statusOf(this.#firewall, this.#profile, ha, this.ownIp) });
  }
}
