import type { RandomStream } from "../../chance/random.ts";
import type { Timekeeper } from "../../time/clock.ts";
import type { Address } from "../address.ts";
import { describeAddress } from "../address.ts";
import type { Channel, ChannelEnd, ChannelHost, Protocol } from "../channel.ts";
import { Few } from "../few.ts";
import type { HttpHandler, HttpReply, HttpRequest } from "../http.ts";
import {
  type AcceptOptions,
  type DialOptions,
  type Listener,
  type Network,
  NetworkError,
  type RequestOptions,
  type ServeOptions,
} from "../network.ts";
import { type ChannelRegister, ImpairedChannel } from "./impaired-channel.ts";
import { ImpairedExchange } from "./impaired-exchange.ts";
import { ImpairedHandler } from "./impaired-handler.ts";
import { Line } from "./line.ts";
import { type LinkConditions, linkConditions, PERFECT_LINK } from "./link-conditions.ts";
import { pause } from "./pause.ts";

/**
 * The network as one stand-in's line shows it. Conditions may change at any time; while there are none, requests go straight
 * through. Put it below the stand-in's scope: it knows when the power is gone.
 */
export class ImpairedLink implements Network, ChannelRegister {
  readonly #inner: Network;
  readonly #line: Line;
  readonly #channels = new Few<{ cutOff(): void }>();

  /** `chance` is the line's own stream. Throws `UsageError` for conditions out of range. */
  constructor(
    inner: Network,
    time: Timekeeper,
    chance: RandomStream,
    conditions: Partial<LinkConditions> = PERFECT_LINK,
  ) {
    this.#inner = inner;
    this.#line = new Line(time, chance, linkConditions(conditions));
  }

  get conditions(): LinkConditions {
    return this.#line.conditions ?? PERFECT_LINK;
  }

  /** Replaces the conditions; what is not given is perfect. A partition closes the open channels. Throws `UsageError`. */
  set(conditions: Partial<LinkConditions>): void {
    this.#line.conditions = linkConditions(conditions);
    if (this.#line.cut) for (const channel of this.#channels.drain()) channel.cutOff();
  }

  request(to: Address, request: HttpRequest, options: RequestOptions = {}): Promise<HttpReply> {
    const { conditions } = this.#line;
    if (conditions === undefined || to.kind === "unix" || options.holder?.dead === true)
      return this.#inner.request(to, request, options);
    return new ImpairedExchange(this.#line, conditions, this.#inner, to, request, options).reply;
  }

  serve(at: Address, handler: HttpHandler, options?: ServeOptions): Promise<Listener> {
    return this.#inner.serve(at, at.kind === "unix" ? handler : new ImpairedHandler(this.#line, handler), options);
  }

  async dial<F>(
    to: Address,
    protocol: Protocol<F>,
    end: ChannelEnd<F>,
    options: DialOptions = {},
  ): Promise<Channel<F>> {
    if (to.kind === "unix") return this.#inner.dial(to, protocol, end, options);
    if (this.#line.cut) {
      throw new NetworkError("unreachable", `${describeAddress(to)} cannot be reached: the line is cut.`, {
        address: describeAddress(to),
      });
    }
    await pause(this.#line.time, this.#line.passage("up", 0));
    const channel = new ImpairedChannel(this.#line, protocol, this, options.holder).endsAt(end);
    channel.over(await this.#inner.dial(to, protocol, channel, options));
    this.#channels.add(channel);
    return channel;
  }

  accept<F>(at: Address, protocol: Protocol<F>, host: ChannelHost<F>, options: AcceptOptions = {}): Promise<Listener> {
    if (at.kind === "unix") return this.#inner.accept(at, protocol, host, options);
    return this.#inner.accept(
      at,
      protocol,
      { accept: (inner) => this.#welcome(inner, protocol, host, options) },
      options,
    );
  }

  left(channel: { cutOff(): void }): void {
    this.#channels.delete(channel);
  }

  async #welcome<F>(
    inner: Channel<F>,
    protocol: Protocol<F>,
    host: ChannelHost<F>,
    options: AcceptOptions,
  ): Promise<ChannelEnd<F>> {
    const channel = new ImpairedChannel(this.#line, protocol, this, options.holder).over(inner);
    if (this.#line.cut) {
      inner.close("partition");
      return channel;
    }
    channel.endsAt(await host.accept(channel));
    this.#channels.add(channel);
    return channel;
  }
}
