import { between, type Duration, type Instant, seconds } from "@understudy/kernel";
import type { HaProfile } from "../../node/firewall-profile.ts";
import { takeCandidate, takeConfig, takeSync } from "../../node/ha/take-config.ts";
import { withImage } from "../../node/software/software-jobs.ts";
import type { HaFrame, HaStatus } from "../../wire/link/ha-frames.ts";
import type { XmlElement } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import type { Firewall } from "../firewall.ts";
import { afterStep, functionalAgain, mended, type RoleStep, type RoleTerms } from "./after-step.ts";
import { unfitness } from "./fitness.ts";
import { counted } from "./flaps.ts";
import { type HaAddresses, HaChannel, type HaSpeaker } from "./ha-channel.ts";
import { type HaSettings, haSettings } from "./ha-settings.ts";
import { activeIn, type HaState, joiningHa, withRole } from "./ha-state.ts";
import { firstEnd, type OutageKind, outageOf, outagesAt } from "./outages.ts";
import { type HaSituation, judgeClaim, type PeerLink, planHa } from "./plan-ha.ts";
import { type HaSelf, statusOf } from "./status.ts";

/** Steps that may follow one another without anything new being heard. */
const MAX_STEPS = 8;

const CLAIM_AGAIN = seconds(5);

/** One member of a pair: what it says to its peer, and which role it takes. */
export class HaLink implements HaSpeaker {
  readonly #firewall: Firewall;
  readonly #profile: HaProfile;
  readonly #addresses: HaAddresses;
  readonly #channel: HaChannel;
  #settings: { readonly of: XmlElement | undefined; readonly read: HaSettings } | undefined;
  /** Whether this end has told its status over the present link. */
  #greeted = false;
  /** The last that was heard over the present link. */
  #peer: HaStatus | undefined;
  /** The term in which it has asked to be active. */
  #claim: { readonly term: number; readonly preempts: boolean } | undefined;
  /** It has granted the peer's claim, and has heard nothing since. */
  #granted = false;
  /** Whether the link that is cut now is one whose backup is down too; `undefined` while it is not cut. */
  #splitBrain: boolean | undefined;
  /** What is about to break, in the words of whoever injected it. */
  #coming: Partial<Record<OutageKind, string>> = {};

  constructor(firewall: Firewall, profile: HaProfile, addresses: HaAddresses) {
    this.#firewall = firewall;
    this.#profile = profile;
    this.#addresses = addresses;
    this.#channel = new HaChannel(firewall.world, addresses, firewall.profile.serial < profile.peerSerial, this);
  }

  get peerIp(): string {
    return this.#addresses.peer.host;
  }

  get link(): PeerLink {
    return this.#channel.link;
  }

  /** Frames that went over the link since the boot. */
  get traffic(): HaChannel["traffic"] {
    return this.#channel.traffic;
  }

  /** The last that was heard of the peer; `undefined` while there is no link. */
  get peer(): HaStatus | undefined {
    return this.#peer;
  }

  /** As the running configuration says, with what a template adds. */
  get settings(): HaSettings {
    const running = this.#firewall.effective;
    if (this.#settings === undefined || this.#settings.of !== running)
      this.#settings = { of: running, read: haSettings(running, this.#profile) };
    return this.#settings.read;
  }

  /** How long a better member waits before it preempts. */
  get preemptHold(): Duration {
    return this.settings.preemptHold ?? this.#firewall.settings.timing.preemptHold.from;
  }

  /** What it tells its peer. */
  status(ha: HaState): HaStatus {
    return statusOf(this.#firewall, this.#self, ha);
  }

  get #self(): HaSelf {
    return { profile: this.#profile, settings: this.settings, ha1Ip: this.#addresses.own.host };
  }

  /** A link that was down when the firewall was interrupted still is. */
  async open(): Promise<void> {
    if (this.isOn !== this.settings.enabled) this.#firewall.world.clock.wake(seconds(0), { name: "ha" });
    if (!this.isOn) return;
    if (this.#firewall.whole.ha?.outages?.ha1 !== undefined) await this.#channel.sever();
    await this.#channel.open();
  }

  close(reason: string): Promise<void> {
    return this.#channel.close(reason);
  }

  async dial(): Promise<void> {
    if (this.isOn) await this.#channel.dial();
  }

  /** Whether it takes part in its pair: not while its configuration has switched that off. */
  get isOn(): boolean {
    return this.#firewall.whole.ha !== undefined;
  }

  /** Leaves the pair, or joins it anew behind whoever is active, as the configuration says. */
  async #follow(): Promise<void> {
    const { enabled } = this.settings;
    if (enabled === this.isOn) return;
    const transition = this.#firewall.draw(this.#firewall.settings.timing.haTransition);
    await this.#firewall.changeWhole(({ ha, ...whole }, now) => ({
      state: enabled ? { ...whole, ha: ha ?? joiningHa(now, transition, whole.node.ready) } : whole,
      result: undefined,
    }));
    if (!enabled) return this.#channel.close("switched off");
    await this.open();
    await this.dial();
  }

  linked(): void {
    this.#forget();
    this.#sendStatus();
  }

  async unlinked(): Promise<void> {
    this.#forget();
    if (this.link !== "cut") this.#splitBrain = undefined;
    else this.#splitBrain ??= this.#firewall.strike("ha1-backup")?.error !== undefined;
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
        if (this.#claim?.term === frame.term) this.#claim = undefined;
        return;
      case "order":
        return frame.role === "suspended" ? this.suspend() : this.resume();
      case "config":
        return frame.what === "running"
          ? takeConfig(this.#firewall, frame.text)
          : takeCandidate(this.#firewall, frame.text);
      case "sync":
        return takeSync(this.#firewall, frame.what);
      case "image":
        await this.#firewall.change((node) => ({ state: withImage(node, frame.version), result: undefined }));
    }
  }

  async #learn(status: HaStatus): Promise<void> {
    this.#peer = status;
    this.#granted = false;
    this.#splitBrain = undefined;
    if (!this.#firewall.connections.peer) {
      this.#firewall.connectionChanged({ peer: true });
      this.mayBreak("ha1");
      this.mayBreak("ha2");
    }
    await this.evaluate();
  }

  /** Asks the fault book whether something breaks now. */
  mayBreak(kind: OutageKind): void {
    const fault = this.#firewall.strike(kind);
    if (fault?.error === undefined) return;
    this.#coming = { ...this.#coming, [kind]: fault.error };
    this.#firewall.world.clock.wake(fault.delay ?? seconds(0), { name: kind });
  }

  /** What was to break breaks. */
  breaks(kind: OutageKind): Promise<void> {
    return this.#break(kind, this.#coming[kind] ?? "down");
  }

  /** Found unfit for service, until it is made functional. */
  fail(text: string): Promise<void> {
    return this.#break("ha-monitor", text);
  }

  async #break(kind: OutageKind, text: string): Promise<void> {
    await this.#firewall.changeHa((ha, now) => ({
      state: { ...ha, outages: { ...ha.outages, [kind]: outageOf(text, now) } },
      result: undefined,
    }));
    if (kind === "ha1") await this.#channel.sever();
    if (kind === "ha2") this.statusChanged();
    await this.evaluate();
  }

  /** Ends what is over; whoever was unfit because of it waits before it returns. */
  async #mend(ha: HaState): Promise<void> {
    if (outagesAt(ha.outages, this.#firewall.now()) === ha.outages) return;
    const terms = this.#terms();
    await this.#firewall.changeHa((own, now) => ({ state: mended(own, terms, now), result: undefined }));
    const { outages } = this.#firewall.whole.ha ?? {};
    if (ha.outages?.ha1 !== undefined && outages?.ha1 === undefined) await this.#channel.heal();
    this.#sendStatus();
  }

  /** Decides and acts until there is nothing to do but wait. */
  async evaluate(): Promise<void> {
    if (this.#firewall.state.power.name === "up") await this.#follow();
    for (let step = 0; step < MAX_STEPS; step++) {
      const before = this.#firewall.whole.ha;
      if (before === undefined || this.#firewall.state.power.name !== "up") return;
      await this.#mend(before);
      const { ha } = this.#firewall.whole;
      if (ha === undefined) return;
      const next = planHa(this.#situation(ha));
      switch (next.do) {
        case "wait":
          return this.#waitUntil(next.until, firstEnd(ha.outages));
        case "become":
        case "leave":
        case "return":
          await this.#take(next);
          break;
        case "claim":
          this.#sendClaim(ha, next.preempts);
          return;
      }
    }
  }

  #waitUntil(...times: readonly (Instant | undefined)[]): void {
    const first = times.flatMap((time) => time ?? []).sort((a, b) => a - b)[0];
    const now = this.#firewall.now();
    if (first !== undefined)
      this.#firewall.world.clock.wake(first > now ? between(now, first) : seconds(0), { name: "ha" });
  }

  #situation(own: HaState): HaSituation {
    const { profile, state } = this.#firewall;
    const { settings } = this;
    const unfit = unfitness(own, state.version, this.#peer);
    return {
      own,
      self: { serial: profile.serial, priority: settings.priority, preemptive: settings.preemptive },
      mode: this.#profile.mode,
      link: this.link,
      ...(this.#peer === undefined ? {} : { peer: this.#peer }),
      ...(unfit === undefined ? {} : { unfit }),
      granted: this.#granted,
      now: this.#firewall.now(),
      preemptHold: this.preemptHold,
      maxFlaps: settings.maxFlaps,
      splitBrain: this.#splitBrain === true,
    };
  }

  /** Takes a step, unless something has happened on the way to the disk that calls for another one. */
  async #take(step: RoleStep): Promise<void> {
    const terms = this.#terms();
    await this.#firewall.changeHa((ha, now) => {
      const again = planHa(this.#situation(ha));
      if (JSON.stringify(again) !== JSON.stringify(step)) return { state: ha, result: undefined };
      if (step.do === "leave") this.#claim = undefined;
      return { state: afterStep(ha, step, terms, now), result: undefined };
    });
    this.#sendStatus();
  }

  /** What steps of this member go by; its holds are drawn anew for each. */
  #terms(): RoleTerms {
    const { timing } = this.#firewall.settings;
    return {
      mode: this.#profile.mode,
      maxFlaps: this.settings.maxFlaps,
      tentativeHold: this.#firewall.draw(timing.tentativeHold),
      monitorFailHold: this.#firewall.draw(timing.monitorFailHold),
    };
  }

  /** A claim that gets no answer is made again: on a bad line one may be lost. */
  #sendClaim(ha: HaState, preempts: boolean): void {
    const term = this.#claim?.term ?? Math.max(ha.term, this.#peer?.ledTerm ?? 0) + 1;
    this.#claim = { term, preempts };
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
      const claim = this.#claim;
      if (claim?.term !== term) return { state: ha, result: undefined };
      this.#claim = undefined;
      const unfit = this.#situation(ha).unfit !== undefined;
      if (unfit || ha.role === "suspended" || ha.role === "non-functional") return { state: ha, result: undefined };
      const won = activeIn(ha, term, now);
      return {
        state: claim.preempts ? { ...won, flaps: counted(ha.flaps, "preemptions", now) } : won,
        result: undefined,
      };
    });
    this.#sendStatus();
  }

  /** Ordered out of service. */
  async suspend(): Promise<void> {
    await this.#firewall.changeHa((ha, now) => {
      this.#claim = undefined;
      return {
        state: ha.role === "suspended" ? ha : withRole(ha, "suspended", now, "User requested"),
        result: undefined,
      };
    });
    this.#sendStatus();
  }

  /** Ordered back into service: what was counted is forgotten, and a monitored failure with it. */
  async resume(): Promise<void> {
    const terms = this.#terms();
    await this.#firewall.changeHa((ha, now) => ({ state: functionalAgain(ha, terms, now), result: undefined }));
    this.#sendStatus();
    await this.evaluate();
  }

  /** Tells the peer to do so; false when it cannot be told. */
  order(role: "suspended" | "functional"): boolean {
    return this.#tell({ kind: "order", role });
  }

  /** Gives the peer an image that was downloaded for both. */
  shareImage(version: string): void {
    this.#channel.send({ kind: "image", version });
  }

  /** Has the peer take over the running or the candidate configuration; false when it cannot be told. */
  shareConfig(what: "running" | "candidate"): boolean {
    const { config } = this.#firewall;
    const tree = what === "running" ? config.running : config.candidate;
    return this.#tell({ kind: "config", what, text: writeXml(tree).markup });
  }

  /** Has the peer take over something that is no configuration; false when it cannot be told. */
  share(what: string): boolean {
    return this.#tell({ kind: "sync", what });
  }

  #tell(frame: HaFrame): boolean {
    if (this.link !== "up") return false;
    this.#channel.send(frame);
    return true;
  }

  /** Something the peer is told of has changed. */
  statusChanged(): void {
    if (this.#greeted) this.#sendStatus();
  }

  #sendStatus(): void {
    const { ha } = this.#firewall.whole;
    this.#greeted = true;
    if (ha !== undefined) this.#channel.send({ kind: "status", status: this.status(ha) });
  }
}
