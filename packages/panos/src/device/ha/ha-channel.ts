import {
  type Channel,
  type ChannelEnd,
  type ChannelHost,
  type Duration,
  type Listener,
  messageOf,
  NetworkError,
  seconds,
  type TcpAddress,
  type World,
} from "@understudy/kernel";
import { type HaFrame, haProtocol } from "../../wire/link/ha-frames.ts";
import type { PeerLink } from "./plan-ha.ts";

const FIRST_RETRY: Duration = seconds(1);
const LAST_RETRY: Duration = seconds(30);

/** The two addresses of a pair's link. */
export interface HaAddresses {
  readonly own: TcpAddress;
  readonly peer: TcpAddress;
}

/** Who speaks over the link. */
export interface HaSpeaker {
  /** A link has come about: nothing has been heard over it yet. */
  linked(): void;
  heard(frame: HaFrame): Promise<void>;
  /** The link is gone, for the reason that `link` tells now. */
  unlinked(): Promise<void>;
}

/**
 * The connection between HA peers. Whoever boots dials. There are no heartbeats: a link that breaks is looked into by dialling
 * once. Refused means that the peer is dead; no answer at all means that nobody knows, and is tried again.
 */
export class HaChannel implements ChannelEnd<HaFrame>, ChannelHost<HaFrame> {
  readonly #world: World;
  readonly #addresses: HaAddresses;
  /** Whether this end has the lower serial: of two calls at once, the one it made stays. */
  readonly #isLower: boolean;
  readonly #speaker: HaSpeaker;
  #listener: Listener | undefined;
  #channel: Channel<HaFrame> | undefined;
  #dialled = false;
  #dialling = false;
  #wasHeard = false;
  #link: PeerLink = "unknown";
  #retry: Duration = FIRST_RETRY;
  /** This end of the cable is pulled. */
  #severed = false;
  #sent = 0;
  #received = 0;

  constructor(world: World, addresses: HaAddresses, isLower: boolean, speaker: HaSpeaker) {
    this.#world = world;
    this.#addresses = addresses;
    this.#isLower = isLower;
    this.#speaker = speaker;
  }

  get link(): PeerLink {
    return this.#link;
  }

  /** Frames since the boot. */
  get traffic(): { readonly sent: number; readonly received: number } {
    return { sent: this.#sent, received: this.#received };
  }

  /** Pulls the cable: nothing goes through, and no end can tell whether the other is alive. */
  async sever(): Promise<void> {
    this.#severed = true;
    const channel = this.#channel;
    this.#lose("cut");
    channel?.close("partition");
    await this.#speaker.unlinked();
  }

  /** Plugs it in again. */
  async heal(): Promise<void> {
    this.#severed = false;
    this.#retry = FIRST_RETRY;
    await this.dial();
  }

  /** Waits for the peer's call. An address that cannot be had leaves only its own calls. */
  async open(): Promise<void> {
    try {
      this.#listener = await this.#world.network.accept(this.#addresses.own, haProtocol, this, { name: "ha1" });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#world.log.warn("the HA link cannot be opened", { error: messageOf(error) });
    }
  }

  async close(reason: string): Promise<void> {
    const [listener, channel] = [this.#listener, this.#channel];
    this.#listener = undefined;
    this.#lose("unknown");
    channel?.close(reason);
    await listener?.close();
    await this.#speaker.unlinked();
  }

  /** Calls the peer, unless there is a link. */
  async dial(): Promise<void> {
    if (this.#isLinked || this.#dialling || this.#severed) return;
    this.#dialling = true;
    try {
      const channel = await this.#world.network.dial(this.#addresses.peer, haProtocol, this);
      this.#dialling = false;
      if (this.#severed) channel.close("partition");
      else if (channel.open) this.#adopt(channel, true);
      else if (!this.#isLinked) await this.#cutOff(); // closed before anybody could look
    } catch (error) {
      this.#dialling = false;
      if (!(error instanceof NetworkError)) throw error;
      if (this.#isLinked || this.#severed) return; // the peer's own call came through, or the cable is out
      if (error.code !== "refused") return this.#cutOff();
      this.#lose("dead");
      await this.#speaker.unlinked();
    }
  }

  /** Sent while there is a link; else it is of no use to anybody. */
  send(frame: HaFrame): void {
    if (!this.#isLinked) return;
    this.#sent++;
    this.#channel
      ?.send(frame)
      .catch((error: unknown) => this.#world.log.debug(() => `not sent to the peer: ${messageOf(error)}`));
  }

  accept(channel: Channel<HaFrame>): ChannelEnd<HaFrame> {
    if (this.#severed) channel.close("partition");
    else this.#adopt(channel, false);
    return this;
  }

  async frame(channel: Channel<HaFrame>, frame: HaFrame): Promise<void> {
    if (channel !== this.#channel && this.#dialling && !this.#severed) this.#adopt(channel, true); // the peer answers before the call is through
    if (channel !== this.#channel) return;
    this.#wasHeard = true;
    this.#received++;
    this.#retry = FIRST_RETRY;
    await this.#speaker.heard(frame);
  }

  /** A link that has carried something is looked into at once; one that never did is tried again later. */
  async closed(channel: Channel<HaFrame>, reason: string): Promise<void> {
    if (channel !== this.#channel) return;
    const wasHeard = this.#wasHeard;
    this.#lose("unknown");
    if (!wasHeard || reason === "partition") return this.#cutOff();
    await this.#speaker.unlinked();
    await this.dial();
  }

  get #isLinked(): boolean {
    return this.#channel?.open === true;
  }

  #adopt(channel: Channel<HaFrame>, dialled: boolean): void {
    const current = this.#channel;
    if (channel === current) return;
    if (this.#isLinked && this.#dialled !== dialled && this.#dialled === this.#isLower) {
      channel.close("duplicate");
      return;
    }
    this.#channel = channel;
    this.#dialled = dialled;
    this.#wasHeard = false;
    this.#link = "up";
    current?.close("duplicate");
    this.#speaker.linked();
  }

  #lose(link: PeerLink): void {
    this.#channel = undefined;
    this.#link = link;
  }

  async #cutOff(): Promise<void> {
    this.#lose("cut");
    this.#world.clock.wake(this.#retry, { name: "dial-peer" });
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY) as Duration; // between two durations
    await this.#speaker.unlinked();
  }
}
