import type { Channel, ChannelEnd } from "../channel.ts";
import { CHANNEL_QUEUE_FRAMES, CHANNEL_QUEUE_LIMIT } from "../limits.ts";
import type { Held, Holder } from "../network.ts";
import { channelClosed } from "../network-errors.ts";
import type { ChannelPump, Pumped } from "./channel-pump.ts";

/** Who keeps a list of channels, and wants to know of failures. */
export interface ChannelOwner {
  readonly pump: ChannelPump;
  readonly listener?: { left(channel: Held): void } | undefined;
  readonly holder?: Holder | undefined;
  failed(error: unknown): void;
  passed(): void;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

const DONE = Promise.resolve();

/** One end of a channel in one process. Idle, it is this record and nothing else. */
export class InProcessChannel<F> implements Channel<F>, Held, Pumped {
  readonly id: number;
  readonly remote: string;
  readonly secure: boolean;
  readonly clientCertificate?: string;
  readonly #owner: ChannelOwner;
  #peer: InProcessChannel<F> | undefined;
  #end: ChannelEnd<F> | undefined;
  /** `closing`: the other end closed; what it sent before is still handed over. */
  #state: "open" | "closing" | "closed" = "open";
  #reason = "closed";
  #busy = false;
  #queued = false;
  #frames: F[] | undefined;
  #senders: Waiting[] | undefined;

  constructor(
    id: number,
    remote: string,
    link: { readonly secure: boolean; readonly clientCertificate?: string | undefined },
    owner: ChannelOwner,
  ) {
    this.id = id;
    this.remote = remote;
    this.secure = link.secure;
    if (link.clientCertificate !== undefined) this.clientCertificate = link.clientCertificate;
    this.#owner = owner;
    owner.holder?.hold(this);
  }

  /** Joins the two ends. */
  static join<F>(one: InProcessChannel<F>, other: InProcessChannel<F>): void {
    one.#peer = other;
    other.#peer = one;
  }

  /** What comes in is handed to `end` from now on. */
  start(end: ChannelEnd<F>): void {
    this.#end = end;
    this.#offer();
  }

  get open(): boolean {
    return this.#state === "open";
  }

  send(frame: F): Promise<void> {
    if (this.#owner.holder?.dead === true) return new Promise(() => undefined);
    const peer = this.#peer;
    if (this.#state !== "open" || peer === undefined) return Promise.reject(channelClosed(this.remote));
    peer.#frames ??= [];
    const frames = peer.#frames;
    frames.push(frame);
    this.#owner.passed();
    peer.#offer();
    if (frames.length <= CHANNEL_QUEUE_FRAMES) return DONE;
    if (frames.length > CHANNEL_QUEUE_LIMIT) {
      this.close("overflow");
      return Promise.reject(channelClosed(this.remote));
    }
    return new Promise((resolve, reject) => {
      peer.#senders ??= [];
      peer.#senders.push({ resolve, reject });
    });
  }

  close(reason = "closed"): void {
    if (this.#state === "closed") return;
    this.#shut();
    if (this.#peer !== undefined) this.#peer.#closedByOther(reason);
  }

  drop(reason: string): void {
    this.close(reason);
  }

  step(): void {
    this.#queued = false;
    const end = this.#end;
    if (this.#busy || end === undefined || this.#state === "closed") return;
    try {
      const frame = this.#frames?.shift();
      if (this.#frames?.length === 0) this.#frames = undefined;
      if (frame !== undefined) {
        this.#admit();
        this.#after(end.frame(this, frame));
      } else if (this.#state === "closing") {
        this.#shut();
        this.#after(end.closed(this, this.#reason));
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #after(result: void | Promise<void>): void {
    if (!(result instanceof Promise)) {
      this.#offer();
      return;
    }
    this.#busy = true;
    result.then(
      () => {
        this.#busy = false;
        this.#offer();
      },
      (error) => {
        this.#busy = false;
        this.#failed(error);
      },
    );
  }

  /** Joins the pump's queue when there is something to hand over. */
  #offer(): void {
    if (this.#queued || this.#busy || this.#end === undefined || this.#state === "closed") return;
    if (this.#state === "open" && (this.#frames === undefined || this.#frames.length === 0)) return;
    this.#queued = true;
    this.#owner.pump.ready(this);
  }

  /** Lets waiting senders go on once there is room. */
  #admit(): void {
    if (this.#senders === undefined || (this.#frames?.length ?? 0) > CHANNEL_QUEUE_FRAMES) return;
    const sender = this.#senders.shift();
    if (this.#senders.length === 0) this.#senders = undefined;
    if (!this.#peerIsDead) sender?.resolve();
  }

  #closedByOther(reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#reason = reason;
    this.#release();
    this.#offer();
  }

  /** Nothing is handed over any more. */
  #shut(): void {
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#frames = undefined;
    if (wasOpen) this.#release();
    this.#turnAway(this);
    if (this.#peer !== undefined) this.#turnAway(this.#peer);
  }

  /** Senders that wait for room at `end` will not get it. */
  #turnAway(end: InProcessChannel<F>): void {
    const senders = end.#senders;
    end.#senders = undefined;
    if (senders === undefined || end.#peerIsDead) return;
    for (const sender of senders) sender.reject(channelClosed(end.remote));
  }

  #release(): void {
    this.#owner.holder?.release(this);
    this.#owner.listener?.left(this);
  }

  /** True when those who send to this end have lost their power. */
  get #peerIsDead(): boolean {
    return this.#peer !== undefined && this.#peer.#owner.holder?.dead === true;
  }

  #failed(error: unknown): void {
    this.#owner.failed(error);
    this.close("failed");
  }
}
