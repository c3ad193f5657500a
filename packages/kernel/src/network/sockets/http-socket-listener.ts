import type { Due, Ticket, Timekeeper } from "../../time/clock.ts";
import { type Duration, later } from "../../time/units.ts";
import type { Address } from "../address.ts";
import type { HttpHandler } from "../http.ts";
import { DEFAULT_LISTENER_LIMITS } from "../limits.ts";
import type { Held, Listener, ListenerLimits, ServeOptions } from "../network.ts";
import { type ConnectionHome, ServerConnection } from "./http1/server-connection.ts";
import type { ConnectionOrigin } from "./http1/server-exchange.ts";
import { CLOSED_IDLE } from "./link-directory.ts";
import type { ListenerKeeper } from "./listener-keeper.ts";
import { resetLink, type SocketLink } from "./socket-link.ts";
import { SocketServer } from "./socket-server.ts";

/** A handler that listens on a socket. */
export class HttpSocketListener implements Listener, Held, ConnectionHome, Due {
  readonly time: Timekeeper;
  readonly handler: HttpHandler;
  readonly options: ServeOptions;
  readonly limits: ListenerLimits;
  readonly #keeper: ListenerKeeper;
  readonly #name: string;
  readonly #connections = new Set<ServerConnection>();
  #server: SocketServer | undefined;
  #address: Address;
  #state: "open" | "closing" | "closed" | "dead" = "open";
  #waiting: { readonly resolve: () => void; readonly ticket: Ticket | undefined } | undefined;

  private constructor(keeper: ListenerKeeper, at: Address, handler: HttpHandler, options: ServeOptions) {
    this.time = keeper.time;
    this.handler = handler;
    this.options = options;
    this.limits = { ...DEFAULT_LISTENER_LIMITS, ...options.limits };
    this.#keeper = keeper;
    this.#name = options.name ?? (options.tls === undefined ? "http" : "https");
    this.#address = at;
  }

  static async open(
    keeper: ListenerKeeper,
    at: Address,
    handler: HttpHandler,
    options: ServeOptions,
  ): Promise<HttpSocketListener> {
    const listener = new HttpSocketListener(keeper, at, handler, options);
    const { server, address } = await SocketServer.open(at, {
      tls: options.tls,
      issue: keeper.issue,
      failed: (error, where) => keeper.failed(error, where),
      mode: options.mode,
      time: keeper.time,
      paths: keeper.dialler.paths,
      handshake: listener.limits.readTimeout,
      connected: (link) => listener.#connected(link),
    });
    listener.#server = server;
    listener.#address = address;
    keeper.entered(listener);
    options.holder?.hold(listener);
    return listener;
  }

  get address(): Address {
    return this.#address;
  }

  get closing(): boolean {
    return this.#state !== "open";
  }

  get dead(): boolean {
    return this.#state === "dead";
  }

  async close(grace?: Duration): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#stop();
    this.options.holder?.release(this);
    for (const connection of this.#connections) connection.closeIdle();
    if (this.#connections.size === 0) return;
    const ticket =
      grace === undefined || grace <= 0 ? undefined : this.time.schedule(later(this.time.now(), grace), this, 0);
    const finished = new Promise<void>((resolve) => {
      this.#waiting = { resolve, ticket };
    });
    if (ticket === undefined) this.due();
    await finished;
  }

  /** The grace of `close` is over. */
  due(): void {
    for (const connection of [...this.#connections]) connection.cut();
  }

  drop(): void {
    this.#state = "dead";
    this.#stop();
    this.due();
  }

  date(): string {
    return this.#keeper.dates.at(this.time.now());
  }

  failed(error: unknown, where: string): void {
    this.#keeper.failed(error, where);
  }

  refusedOne(): void {
    this.#keeper.counts.refusals++;
  }

  exchanged(): void {
    this.#keeper.counts.exchanges++;
  }

  left(connection: ServerConnection): void {
    this.#connections.delete(connection);
    if (this.#waiting === undefined || this.#connections.size > 0) return;
    if (this.#waiting.ticket !== undefined) this.time.cancel(this.#waiting.ticket);
    this.#waiting.resolve();
    this.#waiting = undefined;
  }

  #stop(): void {
    this.#server?.stop();
    this.#keeper.left(this);
  }

  #connected(link: SocketLink): void {
    if (this.#state !== "open") {
      resetLink(link);
      return;
    }
    const origin: ConnectionOrigin = {
      listener: this.#name,
      secure: link.secure,
      port: this.#address.kind === "tcp" ? this.#address.port : 0,
      remote: link.remote,
      clientCertificate: link.clientCertificate,
    };
    const crowded = this.#connections.size >= this.limits.connections;
    const connection = new ServerConnection(this, link.socket, origin, {
      reset: () => resetLink(link),
      closesIdle: () => this.#keeper.directory.tell(link, CLOSED_IDLE),
    });
    this.#connections.add(connection);
    if (crowded) connection.turnAway();
  }
}
