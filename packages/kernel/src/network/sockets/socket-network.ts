import type { Timekeeper } from "../../time/clock.ts";
import { type Address, describeAddress } from "../address.ts";
import type { Channel, ChannelEnd, ChannelHost, Protocol } from "../channel.ts";
import type { HttpHandler, HttpReply, HttpRequest } from "../http.ts";
import { DEFAULT_REQUEST_TIMEOUT } from "../limits.ts";
import {
  type AcceptOptions,
  type ClientTls,
  type DialOptions,
  type Issue,
  type Listener,
  type Network,
  NetworkError,
  type RequestOptions,
  type ServeOptions,
} from "../network.ts";
import { aborted, timedOut } from "../network-errors.ts";
import { type NetworkCounts, type NetworkOptions, noCounts, warnOfHandlerError } from "../network-options.ts";
import { ChannelSocketListener } from "./channel-socket-listener.ts";
import { Deadline } from "./deadline.ts";
import { Dialler, type Opening } from "./dialler.ts";
import { HttpSocketListener } from "./http-socket-listener.ts";
import { ClientExchange } from "./http1/client-exchange.ts";
import { ClientPool, DEFAULT_POOL_LIMITS, type PoolLimits } from "./http1/client-pool.ts";
import { HttpDates } from "./http1/http-dates.ts";
import { planRequest, type RequestPlan } from "./http1/request-plan.ts";
import { LinkDirectory } from "./link-directory.ts";
import type { ListenerKeeper } from "./listener-keeper.ts";
import { SocketChannel } from "./socket-channel.ts";
import { resetLink } from "./socket-link.ts";

export interface SocketNetworkOptions extends NetworkOptions {
  /** Bounds of the connections that requests use; absent members: {@link DEFAULT_POOL_LIMITS}. */
  readonly pool?: Partial<PoolLimits>;
  /** Where listeners get certificates from that are to be issued; absent: there are none. */
  readonly issue?: Issue;
}

/** The network on real sockets: TCP, TLS and Unix. Dispose closes its listeners and connections. */
export class SocketNetwork implements Network, AsyncDisposable, ListenerKeeper {
  readonly time: Timekeeper;
  readonly counts: NetworkCounts = noCounts();
  readonly dates = new HttpDates();
  readonly dialler = new Dialler();
  readonly directory = new LinkDirectory();
  readonly issue: Issue | undefined;
  readonly #report: (error: unknown, where: string) => void;
  readonly #poolLimits: PoolLimits;
  readonly #pools = new Map<string, ClientPool>();
  readonly #tlsKeys = new WeakMap<ClientTls, string>();
  readonly #listeners = new Set<Listener>();
  readonly #dialled = new Set<{ drop(reason: string): void }>();
  #lastChannel = 0;

  constructor(time: Timekeeper, options: SocketNetworkOptions = {}) {
    this.time = time;
    this.issue = options.issue;
    this.#report = options.onHandlerError ?? warnOfHandlerError;
    this.#poolLimits = { ...DEFAULT_POOL_LIMITS, ...options.pool };
  }

  request(to: Address, request: HttpRequest, options: RequestOptions = {}): Promise<HttpReply> {
    if (options.holder?.dead === true) return new Promise(() => undefined);
    if (options.signal?.aborted === true) return Promise.reject(aborted(to, options.signal.reason));
    let plan: RequestPlan;
    try {
      plan = planRequest(to, request);
    } catch (error) {
      return Promise.reject(error);
    }
    const pool = this.#poolFor(to, options.tls);
    const exchange = new ClientExchange(this.time, to, request, plan, options, (again) =>
      this.#poolFor(to, options.tls).runAfresh(again),
    );
    pool.run(exchange);
    return exchange.reply;
  }

  serve(at: Address, handler: HttpHandler, options: ServeOptions = {}): Promise<Listener> {
    return this.#opened(options, () => HttpSocketListener.open(this, at, handler, options));
  }

  async dial<F>(
    to: Address,
    protocol: Protocol<F>,
    end: ChannelEnd<F>,
    options: DialOptions = {},
  ): Promise<Channel<F>> {
    const { holder, timeout = DEFAULT_REQUEST_TIMEOUT } = options;
    if (holder?.dead === true) return new Promise(() => undefined);
    const opening = this.dialler.open(to, options.tls, { allowHalfOpen: false });
    const attempt = { drop: () => opening.cancel() };
    holder?.hold(attempt);
    this.#dialled.add(attempt);
    try {
      const link = await this.#inTime(opening, to, timeout);
      if (isDead(holder)) {
        resetLink(link);
        return await new Promise(() => undefined);
      }
      const channel: SocketChannel<F> = new SocketChannel(++this.#lastChannel, link, protocol, {
        keeper: this,
        holder,
        left: () => this.#dialled.delete(channel),
      });
      this.#dialled.add(channel);
      this.counts.channels++;
      queueMicrotask(() => queueMicrotask(() => channel.start(end))); // after the dialler knows of its channel
      return channel;
    } catch (error) {
      if (isDead(holder)) return await new Promise(() => undefined);
      throw error;
    } finally {
      holder?.release(attempt);
      this.#dialled.delete(attempt);
    }
  }

  accept<F>(at: Address, protocol: Protocol<F>, host: ChannelHost<F>, options: AcceptOptions = {}): Promise<Listener> {
    const home = { keeper: this, nextId: () => ++this.#lastChannel };
    return this.#opened(options, () => ChannelSocketListener.open(home, at, protocol, host, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new NetworkError("aborted", "The network was closed.", {});
    for (const pool of [...this.#pools.values()]) pool.close(reason);
    for (const channel of [...this.#dialled]) channel.drop("closed");
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    this.dialler[Symbol.dispose]();
  }

  /** For listeners. */
  entered(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /** For listeners. */
  left(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** For listeners and channels: a handler or an end threw. */
  failed(error: unknown, where: string): void {
    this.#report(error, where);
  }

  async #opened<L extends Listener & { drop(reason: string): void }>(
    options: ServeOptions,
    open: () => Promise<L>,
  ): Promise<L> {
    if (options.holder?.dead === true) return new Promise(() => undefined);
    try {
      const listener = await open();
      if (!isDead(options.holder)) return listener;
      listener.drop("power");
    } catch (error) {
      if (!isDead(options.holder)) throw error;
    }
    return new Promise(() => undefined);
  }

  async #inTime(opening: Opening, to: Address, timeout: NonNullable<DialOptions["timeout"]>) {
    let late = false;
    const deadline = new Deadline(this.time, () => {
      late = true;
      opening.cancel();
    });
    deadline.set(timeout);
    try {
      return await opening.link;
    } catch (error) {
      throw late ? timedOut(to, timeout) : error;
    } finally {
      deadline.dispose();
    }
  }

  #poolFor(to: Address, tls: ClientTls | undefined): ClientPool {
    const key = tls === undefined ? describeAddress(to) : `${describeAddress(to)} ${this.#tlsKey(tls)}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = new ClientPool(this, { to, tls }, this.#poolLimits, (emptied) => {
        if (this.#pools.get(key) === emptied) this.#pools.delete(key);
      });
      this.#pools.set(key, pool);
    }
    return pool;
  }

  #tlsKey(tls: ClientTls): string {
    let key = this.#tlsKeys.get(tls);
    if (key === undefined) {
      key = JSON.stringify([tls.serverName, tls.verify, tls.certificate, tls.key, tls.ca]);
      this.#tlsKeys.set(tls, key);
    }
    return key;
  }
}

/** Asked again after a wait, in which the power may have gone. */
const isDead = (holder: DialOptions["holder"]): boolean => holder?.dead === true;
