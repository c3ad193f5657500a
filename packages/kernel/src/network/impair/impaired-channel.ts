import type { Channel, ChannelEnd, Protocol } from "../channel.ts";
import type { Held, Holder } from "../network.ts";
import { channelClosed } from "../network-errors.ts";
import { FrameLine } from "./frame-line.ts";
import type { Direction, Line } from "./line.ts";

/** What travels on a channel. */
type Parcel<F> = { readonly frame: F } | { readonly closed: string };

/** Whom a channel tells that it is gone. */
export interface ChannelRegister {
  left(channel: { cutOff(): void }): void;
}

/** A stand-in's end of a channel behind its line: both the channel it sends on and the end that hears the other side. */
export class ImpairedChannel<F> implements Channel<F>, ChannelEnd<F>, Held {
  readonly #line: Line;
  readonly #protocol: Protocol<F>;
  readonly #register: ChannelRegister;
  readonly #holder: Holder | undefined;
  #inner: Channel<F> | undefined;
  #end: ChannelEnd<F> | undefined;
  #up: FrameLine<Parcel<F>> | undefined;
  #down: FrameLine<Parcel<F>> | undefined;
  #open = true;

  constructor(line: Line, protocol: Protocol<F>, register: ChannelRegister, holder: Holder | undefined) {
    this.#line = line;
    this.#protocol = protocol;
    this.#register = register;
    this.#holder = holder;
    holder?.hold(this);
  }

  /** The channel below. */
  over(inner: Channel<F>): this {
    this.#inner = inner;
    return this;
  }

  /** The stand-in's own end. */
  endsAt(end: ChannelEnd<F>): this {
    this.#end = end;
    return this;
  }

  get id(): number {
    return this.#inner?.id ?? 0;
  }

  get remote(): string {
    return this.#inner?.remote ?? "";
  }

  get secure(): boolean {
    return this.#inner?.secure === true;
  }

  get clientCertificate(): string | undefined {
    return this.#inner?.clientCertificate;
  }

  get open(): boolean {
    return this.#open && this.#inner?.open === true;
  }

  send(frame: F): Promise<void> {
    if (this.#inner === undefined || !this.open) return Promise.reject(channelClosed(this.remote));
    const { conditions } = this.#line;
    if (conditions === undefined && (this.#up === undefined || this.#up.empty)) return this.#inner.send(frame);
    if (this.#lost()) return Promise.resolve();
    this.#up ??= new FrameLine(this.#line.time, (parcel) => this.#sendOn(parcel));
    return this.#up.push({ frame }, this.#passage("up", frame));
  }

  close(reason = "closed"): void {
    if (!this.#open) return;
    this.#leave();
    if (this.#up === undefined || this.#up.empty) this.#inner?.close(reason);
    else void this.#up.push({ closed: reason }, this.#line.passage("up", 0));
  }

  frame(inner: Channel<F>, frame: F): void | Promise<void> {
    this.#inner ??= inner;
    if (!this.#open) return undefined;
    if (this.#line.conditions === undefined && (this.#down === undefined || this.#down.empty))
      return this.#end?.frame(this, frame);
    if (this.#lost()) return undefined;
    return this.#downLine().push({ frame }, this.#passage("down", frame));
  }

  closed(inner: Channel<F>, reason: string): void | Promise<void> {
    this.#inner ??= inner;
    if (!this.#open) return undefined;
    if (this.#line.conditions === undefined && (this.#down === undefined || this.#down.empty))
      return this.#closeHere(reason);
    return this.#downLine().push({ closed: reason }, this.#line.passage("down", 0));
  }

  /** The line was cut: both ends learn of it, and what was under way is lost. */
  cutOff(): void {
    if (!this.#open) return;
    this.#up?.clear();
    this.#down?.clear();
    this.#inner?.close("partition");
    void this.#downLine().push({ closed: "partition" }, this.#line.transfer("down", 0));
  }

  /** The stand-in lost its power; the channel below is dropped by itself. */
  drop(): void {
    this.#up?.clear();
    this.#leave();
  }

  #lost(): boolean {
    return this.#line.conditions !== undefined && this.#line.chance.chance(this.#line.conditions.loss);
  }

  #passage(direction: Direction, frame: F) {
    const { conditions } = this.#line;
    const rate = direction === "up" ? conditions?.upBytesPerSecond : conditions?.downBytesPerSecond;
    const counted = rate !== undefined && rate !== Number.POSITIVE_INFINITY;
    return this.#line.passage(direction, counted ? this.#protocol.encode(frame).byteLength : 0);
  }

  #downLine(): FrameLine<Parcel<F>> {
    this.#down ??= new FrameLine(this.#line.time, (parcel) => {
      if (!this.#open || this.#holder?.dead === true) return undefined;
      return "frame" in parcel ? this.#hear(parcel.frame) : this.#closeHere(parcel.closed);
    });
    return this.#down;
  }

  /** A failing end closes the channel, as it does without a line. */
  async #hear(frame: F): Promise<void> {
    try {
      await this.#end?.frame(this, frame);
    } catch (error) {
      this.close("failed");
      throw error;
    }
  }

  async #sendOn(parcel: Parcel<F>): Promise<void> {
    if ("closed" in parcel) this.#inner?.close(parcel.closed);
    else if (this.#inner?.open === true) await this.#inner.send(parcel.frame);
  }

  #closeHere(reason: string): void | Promise<void> {
    this.#leave();
    return this.#end?.closed(this, reason);
  }

  #leave(): void {
    this.#open = false;
    this.#down?.clear();
    this.#register.left(this);
    this.#holder?.release(this);
  }
}
