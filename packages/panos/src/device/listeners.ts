import {
  type HttpHandler,
  type Listener,
  NetworkError,
  type ServerTls,
  seconds,
  type TcpAddress,
  tcp,
  type World,
} from "@understudy/kernel";
import { hostPort } from "../node/addresses.ts";

/** Where a firewall's own API is to listen. */
export interface ListenPlan {
  readonly http?: TcpAddress;
  readonly https?: { readonly at: TcpAddress; readonly tls: ServerTls };
  /**
   * `asked`: the scenario wants just these addresses. `planned`: where one is taken, as by a Panorama that listens at all of a
   * machine's addresses, a free port of it will do; where there is none of that name, a free port of the only loopback address.
   */
  readonly by: "asked" | "planned";
}

interface OpenListener {
  readonly scheme: "http" | "https";
  readonly listener: Listener;
}

/** A firewall's own listeners. Closed while it is down. */
export class Listeners {
  readonly #world: World;
  readonly #plan: ListenPlan;
  readonly #handler: HttpHandler;
  #open: OpenListener[] = [];

  constructor(world: World, plan: ListenPlan, handler: HttpHandler) {
    this.#world = world;
    this.#plan = plan;
    this.#handler = handler;
  }

  /** Opens them. Rejects with a `NetworkError` that names the firewall when an address that was asked for cannot be had. */
  async open(): Promise<void> {
    const { http, https } = this.#plan;
    if (http !== undefined) await this.#add("http", http, undefined);
    if (https !== undefined) await this.#add("https", https.at, https.tls);
  }

  /** Replies in flight are finished first. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = [];
    await Promise.all(open.map(({ listener }) => listener.close(seconds(1))));
  }

  /** As `host:port`, by scheme; `undefined` when it has none. */
  get addresses(): { readonly http?: string; readonly https?: string } | undefined {
    const found = this.#open.flatMap(({ scheme, listener }) =>
      listener.address.kind === "tcp" ? [[scheme, hostPort(listener.address)] as const] : [],
    );
    return found.length === 0 ? undefined : Object.fromEntries(found);
  }

  async #add(scheme: "http" | "https", at: TcpAddress, tls: ServerTls | undefined): Promise<void> {
    const { network } = this.#world;
    const options = { name: scheme, ...(tls === undefined ? {} : { tls }) };
    try {
      this.#open.push({ scheme, listener: await network.serve(at, this.#handler, options) });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (this.#plan.by === "asked")
        throw new NetworkError(
          error.code,
          `Firewall ${this.#world.id} is to listen at ${hostPort(at)} (listen.${scheme}): ${error.message}`,
          error.details,
          { cause: error },
        );
      const host = error.code === "in-use" ? at.host : "127.0.0.1";
      this.#open.push({ scheme, listener: await network.serve(tcp(host, 0), this.#handler, options) });
    }
  }
}
