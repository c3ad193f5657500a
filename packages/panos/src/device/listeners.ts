import {
  type Address,
  type HttpHandler,
  type Listener,
  messageOf,
  NetworkError,
  seconds,
  type TcpAddress,
  tcp,
  type World,
} from "@understudy/kernel";
import { hostPort } from "../node/addresses.ts";

/** Where a firewall's own API is to listen. */
export interface ListenPlan {
  readonly http?: TcpAddress;
  /** In case the address cannot be had on this machine: a free port of the only loopback address there is. */
  readonly elsewhere: boolean;
}

/** A firewall's own listeners. Closed while it is down. */
export class Listeners {
  readonly #world: World;
  readonly #plan: ListenPlan;
  readonly #handler: HttpHandler;
  #open: Listener[] = [];

  constructor(world: World, plan: ListenPlan, handler: HttpHandler) {
    this.#world = world;
    this.#plan = plan;
    this.#handler = handler;
  }

  /** Opens them. An address that cannot be had costs the firewall its listener, not its boot. */
  async open(): Promise<void> {
    const { http } = this.#plan;
    if (http === undefined) return;
    const listener = await this.#serve(http);
    if (listener !== undefined) this.#open.push(listener);
  }

  /** Replies in flight are finished first. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = [];
    await Promise.all(open.map((listener) => listener.close(seconds(1))));
  }

  /** As `host:port`, by scheme. */
  get addresses(): { readonly http?: string } | undefined {
    const [http] = this.#open;
    return http?.address.kind === "tcp" ? { http: hostPort(http.address) } : undefined;
  }

  async #serve(at: Address): Promise<Listener | undefined> {
    const { network, log } = this.#world;
    try {
      return await network.serve(at, this.#handler, { name: "http" });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (this.#plan.elsewhere && error.code !== "in-use")
        return network.serve(tcp("127.0.0.1", 0), this.#handler, { name: "http" });
      log.warn("a firewall's own listener could not be opened", { error: messageOf(error) });
      return undefined;
    }
  }
}
