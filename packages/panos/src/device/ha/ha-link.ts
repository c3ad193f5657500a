import {
  between,
  type Channel,
  type ChannelEnd,
  type ChannelHost,
  type Duration,
  type Listener,
  messageOf,
  NetworkError,
  seconds,
  type TcpAddress,
} from "@understudy/kernel";
import type { HaProfile } from "../../node/firewall-profile.ts";
import { withImage } from "../../node/software/software-jobs.ts";
import { type HaFrame, type HaStatus, haProtocol } from "../../wire/link/ha-frames.ts";
import { writeXml } from "../../wire/xml/write.ts";
import type { Firewall } from "../firewall.ts";
import { activeIn, functionalAgain, type HaState, withRole } from "./ha-state.ts";
import { type HaSituation, judgeClaim, type PeerLink, planHa } from "./plan-ha.ts";
import { statusOf } from "./status.ts";
import { takeConfig } from "./take-config.ts";

const FIRST_RETRY: Duration = seconds(1);
const LAST_RETRY: Duration = seconds(30);

/** The two addresses of a pair's link. */
export interface HaAddresses {
  readonly own: TcpAddress;
  readonly peer: TcpAddress;
}

/**
 * One member's end of the link between HA peers. Whoever boots dials. There are no heartbeats: a closed channel is looked
 * into by dialling once; refused means that the peer is dead.
 */
export class HaLink implements ChannelEnd<HaFrame>, ChannelHost<HaFrame> {
  readonly #firewall: Firewall;
  readonly #profile: HaProfile;
  readonly #addresses: HaAddresses;
  #listener: Listener | undefined;
  #channel: Channel<HaFrame> | undefined;
  #dialled = false;
  /** Whether this end has told its status over the present channel. */
  #greeted = false;
  #link: PeerLink = "unknown";
  #peer: HaStatus | undefined;
  #claim: number | undefined;
  #granted = false;
  #splitBrain = false;
  #retry: Duration = FIRST_RETRY;

  constructor(firewall: Firewall, profile: HaProfile, addresses: HaAddresses) {
    this.#firewall = firewall;
    this.#profile = profile;
    this.#addresses = addresses;
  }

  get ownIp(): string {
    return this.#addresses.own.host;
  }

  get peerIp(): string {
    return this.#addresses.peer.host;
  }

  get link(): PeerLink {
    return this.#link;
  }

  /** The last that was heard of the peer, also when the link is down now. */
  get peer(): HaStatus | undefined {
    return this.#peer;
  }

  async open(): Promise<void> {
    const { network, log } = this.#firewall.world;
    try {
      this.#listener = await network.accept(this.#addresses.own, haProtocol, this, { name: "ha1" });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      log.warn("the HA link cannot be opened", { error: messageOf(error) });
    }
  }

  async close(reason: string): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
    this.#channel?.close(reason);
    this.#lose("unknown");
  }

  /** One attempt to reach the peer. Refused means dead; no answer means that nobody knows. */
  async dial(): Promise<void> {
    if (this.#channel?.open === true) return;
    const { network, clock } = this.#firewall.world;
    try {
      const channel = await network.dial(this.#addresses.peer, haProtocol, this);
      this.#retry = FIRST_RETRY;
      this.#adopt(channel, true);
      this.#sendStatus();
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#lose(error.code === "refused" ? "dead" : "cut");
      if (this.#link === "cut") {
        this.#splitBrain = this.#firewall.strike("ha1-backup")?.error !== undefined;
        clock.wake(this.#retry, { name: "dial-peer" });
        this.#retry = Math.min(this.#retry * 2, LAST_RETRY) as Duration; // between two durations
      }
      await this.evaluate();
    }
  }

  accept(channel: Channel<HaFrame>): ChannelEnd<HaFrame> {
    this.#adopt(channel, false);
    return this;
  }

  /** When both have dialled at once, the channel that the lower serial dialled stays. */
  #adopt(channel: Channel<HaFrame>, dialled: boolean): void {
    const current = this.#channel;
    if (current?.open === true && this.#dialled !== dialled) {
      const lower = this.#firewall.profile.serial < this.#profile.peerSerial;
      if (this.#dialled === lower) {
        channel.close("duplicate");
        return;
      }
    }
    this.#channel = channel;
    this.#dialled = dialled;
    this.#greeted = false;
    this.#peer = undefined;
    this.#claim = undefined;
    this.#granted = false;
    this.#link = "up";
    current?.close("duplicate");
    if (!this.#firewall.connections.peer) this.#firewall.connectionChanged({ peer: true });
  }

  async frame(channel: Channel<HaFrame>, frame: HaFrame): Promise<void> {
    if (channel !== this.#channel) return;
    switch (frame.kind) {
      case "status":
        return this.#heard(frame.status);
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

  async closed(channel: Channel<HaFrame>): Promise<void> {
    if (channel !== this.#channel) return;
    this.#lose("unknown");
    await this.dial();
  }

  #lose(link: PeerLink): void {
    this.#channel = undefined;
    this.#link = link;
    this.#claim = undefined;
    this.#granted = false;
    if (this.#firewall.connections.peer) this.#firewall.connectionChanged({ peer: false });
  }

  async #heard(status: HaStatus): Promise<void> {
    this.#peer = status;
    this.#granted = false;
    if (!this.#greeted) this.#sendStatus();
    await this.evaluate();
  }

  /** Decides and acts until there is nothing to do but wait. */
  async evaluate(): Promise<void> {
    for (let step = 0; step < 8; step++) {
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
      link: this.#link,
      ...(this.#peer === undefined || this.#link !== "up" ? {} : { peer: this.#peer }),
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

  #sendClaim(ha: HaState, preempts: boolean): void {
    if (this.#claim !== undefined) return;
    const term = Math.max(ha.term, this.#peer?.ledTerm ?? 0) + 1;
    this.#claim = term;
    this.#send({ kind: "claim", term, preempts });
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
    this.#send({ kind: verdict === "deny" ? "deny" : "grant", term });
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
  async suspend(): Promise<void> {
    await this.#leave("suspended", "User requested");
  }

  /** Found unfit for service. */
  async fail(reason: string): Promise<void> {
    await this.#leave("non-functional", reason);
  }

  async #leave(role: "suspended" | "non-functional", reason: string): Promise<void> {
    this.#claim = undefined;
    await this.#firewall.changeHa((ha, now) => ({
      state: ha.role === role ? ha : withRole(ha, role, now, reason),
      result: undefined,
    }));
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

  /** Tells the peer to do so. */
  order(role: "suspended" | "functional"): boolean {
    if (this.#link !== "up") return false;
    this.#send({ kind: "order", role });
    return true;
  }

  /** Gives the peer an image that was downloaded for both. */
  shareImage(version: string): void {
    if (this.#link === "up") this.#send({ kind: "image", version });
  }

  /** Has the peer take over the running configuration; false when it cannot be reached. */
  shareConfig(): boolean {
    if (this.#link !== "up") return false;
    this.#send({ kind: "config", text: writeXml(this.#firewall.config.running).markup });
    return true;
  }

  /** Tells the peer how things are. */
  #sendStatus(): void {
    const { ha } = this.#firewall.whole;
    this.#greeted = true;
    if (ha !== undefined)
      this.#send({ kind: "status", status: statusOf(this.#firewall, this.#profile, ha, this.#addresses.own.host) });
  }

  /** Something the peer is told of has changed. */
  statusChanged(): void {
    if (this.#greeted) this.#sendStatus();
  }

  #send(frame: HaFrame): void {
    const channel = this.#channel;
    if (channel?.open !== true) return;
    channel
      .send(frame)
      .catch((error: unknown) => this.#firewall.world.log.debug(() => `not sent to the peer: ${messageOf(error)}`));
  }
}
