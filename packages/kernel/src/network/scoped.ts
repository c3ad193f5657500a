import type { Address } from "./address.ts";
import type { Channel, ChannelEnd, ChannelHost, Protocol } from "./channel.ts";
import { Few } from "./few.ts";
import type { HttpHandler, HttpReply, HttpRequest } from "./http.ts";
import type {
  AcceptOptions,
  DialOptions,
  Held,
  Holder,
  Listener,
  Network,
  RequestOptions,
  ServeOptions,
} from "./network.ts";

/** Whose network it is. May be shared by many stand-ins except for `caller`. */
export interface NetworkScope {
  /** Id of the stand-in, as `via.caller` says it. */
  readonly caller: string;
  /** Where an address of the stand-in really is, such as a relative socket path below its own folder. Default: as given. */
  resolve?(address: Address): Address;
}

/** A stand-in's own view of a network, and the switch that cuts it off. */
export interface ScopedNetwork {
  readonly network: Network;
  /**
   * From now on no call on the network completes. Listeners refuse, exchanges they were answering are reset, channels are closed
   * with `reason` at their other ends, requests under way are given up without a word. Ends and handlers of the stand-in are
   * not called again, except for what is running already.
   */
  kill(reason: string): void;
}

/** A stand-in's own view of a network, for one boot. Costs one small object while nothing is open. */
export function scopeNetwork(network: Network, scope: NetworkScope): ScopedNetwork {
  return new Scoped(network, scope);
}

class Scoped implements ScopedNetwork, Network, Holder {
  readonly #inner: Network;
  readonly #scope: NetworkScope;
  readonly #held = new Few<Held>();
  #dead = false;

  constructor(inner: Network, scope: NetworkScope) {
    this.#inner = inner;
    this.#scope = scope;
  }

  get network(): Network {
    return this;
  }

  get caller(): string {
    return this.#scope.caller;
  }

  get dead(): boolean {
    return this.#dead;
  }

  hold(thing: Held): void {
    this.#held.add(thing);
  }

  release(thing: Held): void {
    this.#held.delete(thing);
  }

  kill(reason: string): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const thing of this.#held.drain()) thing.drop(reason);
  }

  request(to: Address, request: HttpRequest, options?: RequestOptions): Promise<HttpReply> {
    return this.#inner.request(this.#resolve(to), request, { ...options, holder: this });
  }

  serve(at: Address, handler: HttpHandler, options?: ServeOptions): Promise<Listener> {
    return this.#inner.serve(this.#resolve(at), handler, { ...options, holder: this });
  }

  dial<F>(to: Address, protocol: Protocol<F>, end: ChannelEnd<F>, options?: DialOptions): Promise<Channel<F>> {
    return this.#inner.dial(this.#resolve(to), protocol, end, { ...options, holder: this });
  }

  accept<F>(at: Address, protocol: Protocol<F>, host: ChannelHost<F>, options?: AcceptOptions): Promise<Listener> {
    return this.#inner.accept(this.#resolve(at), protocol, host, { ...options, holder: this });
  }

  #resolve(address: Address): Address {
    return this.#scope.resolve === undefined ? address : this.#scope.resolve(address);
  }
}
