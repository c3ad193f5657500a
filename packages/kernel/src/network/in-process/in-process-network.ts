import type { Timekeeper } from "../../time/clock.ts";
import type { Address } from "../address.ts";
import type { Channel, ChannelEnd, ChannelHost, Protocol } from "../channel.ts";
import type { HttpHandler, HttpReply, HttpRequest } from "../http.ts";
import {
  type AcceptOptions,
  type ClientTls,
  type DialOptions,
  type Listener,
  type Network,
  NetworkError,
  type RequestOptions,
  type ServeOptions,
  type ServerTls,
} from "../network.ts";
import { aborted, closed, refused } from "../network-errors.ts";
import { type NetworkCounts, type NetworkOptions, noCounts, warnOfHandlerError } from "../network-options.ts";
import { ChannelListener } from "./channel-listener.ts";
import { ChannelPump } from "./channel-pump.ts";
import { Exchange } from "./exchange.ts";
import { HttpListener } from "./http-listener.ts";
import { type ChannelOwner, InProcessChannel } from "./in-process-channel.ts";
import { ListenerRegistry } from "./listener-registry.ts";

const NO_OPTIONS: RequestOptions = Object.freeze({});

/**
 * The network of one process: requests call the handler directly, frames are handed over by reference. A handler that
 * answers at once is answered within the call, without a timer. Headers that sockets would add (Date, Content-Length,
 * Connection) are not added; TLS passes the client's certificate and nothing else.
 */
export class InProcessNetwork implements Network, AsyncDisposable {
  readonly time: Timekeeper;
  readonly counts: NetworkCounts = noCounts();
  readonly #registry = new ListenerRegistry<HttpListener | ChannelListener>();
  readonly #pump = new ChannelPump();
  readonly #report: (error: unknown, where: string) => void;
  #lastChannel = 0;

  constructor(time: Timekeeper, options: NetworkOptions = {}) {
    this.time = time;
    this.#report = options.onHandlerError ?? warnOfHandlerError;
  }

  request(to: Address, request: HttpRequest, options: RequestOptions = NO_OPTIONS): Promise<HttpReply> {
    if (options.holder?.dead === true) return new Promise(() => undefined);
    if (options.signal?.aborted === true) return Promise.reject(aborted(to, options.signal.reason));
    const listener = this.#registry.find(to);
    if (listener === undefined) return Promise.reject(refused(to));
    const mismatch = tlsMismatch(to, listener.options.tls, options.tls);
    if (mismatch !== undefined) return Promise.reject(mismatch);
    if (listener.kind === "channel") return Promise.reject(closed(to));
    this.counts.exchanges++;
    return new Exchange(listener, options).run(request);
  }

  serve(at: Address, handler: HttpHandler, options: ServeOptions = {}): Promise<Listener> {
    return this.#listen(at, options, (address) => new HttpListener(this, address, handler, options));
  }

  dial<F>(to: Address, _protocol: Protocol<F>, end: ChannelEnd<F>, options: DialOptions = {}): Promise<Channel<F>> {
    if (options.holder?.dead === true) return new Promise(() => undefined);
    const listener = this.#registry.find(to);
    if (listener === undefined) return Promise.reject(refused(to));
    const mismatch = tlsMismatch(to, listener.options.tls, options.tls);
    if (mismatch !== undefined) return Promise.reject(mismatch);
    if (listener.kind === "http") return Promise.reject(closed(to));
    this.counts.channels++;
    const here = this.#connect<F>(to, listener, options);
    const connected = Promise.resolve(here);
    void connected.then(() => here.start(end)); // after the dialler knows of its channel
    return connected;
  }

  accept<F>(at: Address, _protocol: Protocol<F>, host: ChannelHost<F>, options: AcceptOptions = {}): Promise<Listener> {
    // Both ends of a channel are given the same protocol, so frames have the type the host expects.
    return this.#listen(
      at,
      options,
      (address) => new ChannelListener(this, address, host as ChannelHost<unknown>, options),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#registry.all()].map((listener) => listener.close()));
  }

  /** For listeners: takes one off the registry. */
  forget(listener: HttpListener | ChannelListener): void {
    this.#registry.remove(listener.address, listener);
  }

  /** For listeners: a handler threw. */
  failed(error: unknown, where: string): void {
    this.#report(error, where);
  }

  /** For listeners: a request was refused before its handler was asked. */
  refusedOne(): void {
    this.counts.refusals++;
  }

  #listen<L extends HttpListener | ChannelListener>(
    at: Address,
    options: ServeOptions,
    make: (address: Address) => L,
  ): Promise<L> {
    if (options.holder?.dead === true) return new Promise(() => undefined);
    try {
      const address = this.#registry.settle(at);
      const listener = make(address);
      try {
        this.#registry.add(address, listener);
      } catch (error) {
        options.holder?.release(listener);
        throw error;
      }
      return Promise.resolve(listener);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #connect<F>(to: Address, listener: ChannelListener, options: DialOptions): InProcessChannel<F> {
    const secure = options.tls !== undefined;
    const shown = listener.options.tls?.requestClient === true || listener.options.tls?.requireClient === true;
    const here = new InProcessChannel<F>(
      ++this.#lastChannel,
      to.kind === "unix" ? "unix" : to.host,
      { secure },
      this.#owner(options.holder, undefined),
    );
    const there = new InProcessChannel<F>(
      ++this.#lastChannel,
      to.kind === "unix" ? "unix" : (options.holder?.caller ?? "127.0.0.1"),
      { secure, clientCertificate: shown ? options.tls?.certificate : undefined },
      this.#owner(listener.options.holder, listener),
    );
    InProcessChannel.join(here, there);
    listener.entered(there);
    const host = listener.host as ChannelHost<F>; // see accept
    try {
      const end = host.accept(there);
      if (end instanceof Promise) {
        end.then(
          (given) => there.start(given),
          () => there.close("refused"),
        );
      } else there.start(end);
    } catch {
      there.close("refused"); // refusing by throwing is the host's way to say no
    }
    return here;
  }

  #owner(holder: DialOptions["holder"], listener: ChannelListener | undefined): ChannelOwner {
    return new Owner(this, this.#pump, holder, listener);
  }
}

/** One per end: five pointers. */
class Owner implements ChannelOwner {
  readonly #network: InProcessNetwork;
  readonly pump: ChannelPump;
  readonly holder: DialOptions["holder"];
  readonly listener: ChannelListener | undefined;

  constructor(
    network: InProcessNetwork,
    pump: ChannelPump,
    holder: DialOptions["holder"],
    listener: ChannelListener | undefined,
  ) {
    this.#network = network;
    this.pump = pump;
    this.holder = holder;
    this.listener = listener;
  }

  failed(error: unknown): void {
    this.#network.failed(error, "a channel's end");
  }

  passed(): void {
    this.#network.counts.frames++;
  }
}

/** How a connection fails when only one side speaks TLS, or a required client certificate is missing. */
function tlsMismatch(
  to: Address,
  server: ServerTls | undefined,
  client: ClientTls | undefined,
): NetworkError | undefined {
  if (server === undefined && client === undefined) return undefined;
  if (client === undefined) return closed(to);
  if (server === undefined)
    return new NetworkError("tls", "The other end does not speak TLS; use the plain form of the address.", {});
  if (server.requireClient === true && client.certificate === undefined) {
    return new NetworkError("tls", "The other end requires a client certificate; give `certificate` and `key`.", {});
  }
  return undefined;
}
