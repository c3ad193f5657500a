import type { Due, Ticket, Timekeeper } from "../../time/clock.ts";
import { type Duration, later } from "../../time/units.ts";
import { type Address, describeAddress } from "../address.ts";
import { exceeds } from "../body.ts";
import { EMPTY_BODY, type HttpHandler, type HttpReply, type HttpRequest } from "../http.ts";
import { DEFAULT_LISTENER_LIMITS } from "../limits.ts";
import type { Held, Listener, ListenerLimits, RefusalStatus, ServeOptions } from "../network.ts";

/** What a listener needs of the network it belongs to. */
export interface ListenerHome<L> {
  readonly time: Timekeeper;
  forget(listener: L): void;
  failed(error: unknown, where: string): void;
  refusedOne(): void;
}

/** An exchange that waits for its answer. */
export interface Answering {
  /** The listener is gone: the client sees a reset. */
  cut(): void;
}

/** A handler that listens in one process. */
export class HttpListener implements Listener, Held, Due {
  readonly kind = "http";
  readonly address: Address;
  readonly handler: HttpHandler;
  readonly options: ServeOptions;
  readonly name: string;
  readonly limits: ListenerLimits;
  readonly home: ListenerHome<HttpListener>;
  /** What a client over sockets would send when it says no Host of its own. */
  readonly host: readonly [name: string, value: string];
  /** No power any more: answers of its handler go nowhere. */
  dead = false;
  #exchanges: Set<Answering> | undefined;
  #closing: { readonly resolve: () => void; readonly ticket: Ticket } | undefined;

  constructor(home: ListenerHome<HttpListener>, address: Address, handler: HttpHandler, options: ServeOptions) {
    this.home = home;
    this.address = address;
    this.handler = handler;
    this.options = options;
    this.name = options.name ?? (options.tls === undefined ? "http" : "https");
    this.limits =
      options.limits === undefined ? DEFAULT_LISTENER_LIMITS : { ...DEFAULT_LISTENER_LIMITS, ...options.limits };
    this.host = ["Host", address.kind === "unix" ? "localhost" : describeAddress(address)];
    options.holder?.hold(this);
  }

  get port(): number {
    return this.address.kind === "tcp" ? this.address.port : 0;
  }

  /** What is answered before the handler is asked; `undefined` when the request is within bounds. */
  refuses(request: HttpRequest): HttpReply | undefined {
    let headerBytes = request.method.length + request.target.length + 12;
    for (const line of request.headers) headerBytes += line[0].length + line[1].length + 4;
    if (headerBytes > this.limits.headerBytes) return this.refusal(431, "the headers are too large");
    if (request.body.kind !== "empty" && exceeds(request.body, this.limits.bodyBytes))
      return this.refusal(413, "the body is too large");
    return undefined;
  }

  refusal(status: RefusalStatus, why: string): HttpReply {
    this.home.refusedOne();
    return this.options.refusal?.(status, why) ?? { status, headers: [], body: EMPTY_BODY };
  }

  entered(exchange: Answering): void {
    this.#exchanges ??= new Set();
    this.#exchanges.add(exchange);
  }

  left(exchange: Answering): void {
    this.#exchanges?.delete(exchange);
    if (this.#closing !== undefined && this.#exchanges?.size === 0) this.#finish();
  }

  close(grace?: Duration): Promise<void> {
    this.home.forget(this);
    this.options.holder?.release(this);
    if (this.#exchanges === undefined || this.#exchanges.size === 0) return Promise.resolve();
    if (grace === undefined || grace <= 0) {
      this.#cutAll();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#closing = { resolve, ticket: this.home.time.schedule(later(this.home.time.now(), grace), this, 0) };
    });
  }

  /** The grace of `close` is over. */
  due(): void {
    this.#cutAll();
    this.#finish();
  }

  drop(): void {
    this.dead = true;
    this.home.forget(this);
    if (this.#closing !== undefined) this.home.time.cancel(this.#closing.ticket);
    this.#closing = undefined;
    this.#cutAll();
  }

  #cutAll(): void {
    for (const exchange of [...(this.#exchanges ?? [])]) exchange.cut();
  }

  #finish(): void {
    const closing = this.#closing;
    this.#closing = undefined;
    if (closing === undefined) return;
    this.home.time.cancel(closing.ticket);
    closing.resolve();
  }
}
