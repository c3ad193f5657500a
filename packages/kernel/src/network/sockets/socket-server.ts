import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { Timekeeper } from "../../time/clock.ts";
import type { Duration } from "../../time/units.ts";
import type { Address } from "../address.ts";
import type { Issue, ServerTls } from "../network.ts";
import { inUse } from "../network-errors.ts";
import { Deadline } from "./deadline.ts";
import { type LateContext, lateContext } from "./late-context.ts";
import { listenErrorOf } from "./socket-errors.ts";
import { linkOf, type SocketLink } from "./socket-link.ts";
import { secureAccepted } from "./tls-links.ts";
import { type BindPath, bindPathFor, isStaleSocket, type ShortPaths } from "./unix-path.ts";

/** What listens, and how. */
export interface SocketServerOptions {
  readonly tls?: ServerTls | undefined;
  /** Where certificates come from that are to be issued. */
  readonly issue?: Issue | undefined;
  /** Told when a certificate could not be made; the client is turned away. */
  failed(error: unknown, where: string): void;
  readonly mode?: number | undefined;
  readonly time: Timekeeper;
  readonly paths: ShortPaths;
  /** How long a TLS handshake may take. */
  readonly handshake: Duration;
  /** Called for each connection, after the TLS handshake. */
  connected(link: SocketLink): void;
}

const BACKLOG = 1_024;

/** Listens at one address, with or without TLS. */
export class SocketServer {
  readonly #options: SocketServerOptions;
  readonly #server: Server;
  readonly #shaking = new Set<Socket>();
  #place: BindPath | undefined;

  private constructor(options: SocketServerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true });
  }

  /** Resolves to the server and its real address; rejects with `NetworkError` (`in-use`, `denied`, `tls`, `unresolved`). */
  static async open(
    at: Address,
    options: SocketServerOptions,
  ): Promise<{ readonly server: SocketServer; readonly address: Address }> {
    const { tls } = options;
    const context = tls === undefined ? undefined : lateContext(tls, options.issue);
    const server = new SocketServer(options);
    server.#server.on("connection", (raw) => {
      if (tls === undefined || context === undefined) options.connected(linkOf(raw, { socket: raw, secure: false }));
      else server.#shake(raw, (done) => server.#secure(raw, tls, context, done));
    });
    try {
      return { server, address: at.kind === "unix" ? await server.#bindPath(at) : await server.#bindPort(at) };
    } catch (error) {
      throw listenErrorOf(at, error);
    }
  }

  /** No new connections; the socket file is gone. Connections in their handshake are cut. */
  stop(): void {
    this.#server.close();
    this.#place?.remove();
    this.#place = undefined;
    for (const raw of this.#shaking) raw.destroy();
  }

  async #bindPort(at: Extract<Address, { kind: "tcp" }>): Promise<Address> {
    await this.#listen({ host: at.host === "localhost" ? "127.0.0.1" : at.host, port: at.port, backlog: BACKLOG });
    const bound = this.#server.address();
    return typeof bound === "object" && bound !== null ? { ...at, port: bound.port } : at;
  }

  async #bindPath(at: Extract<Address, { kind: "unix" }>): Promise<Address> {
    if (lstatSync(at.path, { throwIfNoEntry: false }) !== undefined) {
      if (!(await isStaleSocket(at.path, this.#options.paths)))
        throw inUse(at, "stop what listens there, or choose another path.");
      rmSync(at.path, { force: true });
    }
    const place = bindPathFor(at.path);
    try {
      await this.#listen({ path: place.path, backlog: BACKLOG });
      this.#place = place;
      place.bound();
      if (this.#options.mode !== undefined) chmodSync(place.path, this.#options.mode);
    } catch (error) {
      this.#server.close();
      place.remove();
      throw error;
    }
    return at;
  }

  #listen(options: {
    readonly backlog: number;
    readonly path?: string;
    readonly host?: string;
    readonly port?: number;
  }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(options, () => {
        this.#server.off("error", reject);
        this.#server.on("error", () => undefined); // a failed accept concerns only the client it was for
        resolve();
      });
    });
  }

  #shake(raw: Socket, start: (done: (link: SocketLink | undefined) => void) => void): void {
    const deadline = new Deadline(this.#options.time, () => raw.destroy());
    deadline.set(this.#options.handshake);
    this.#shaking.add(raw);
    raw.on("error", () => undefined); // `close` follows
    start((link) => {
      deadline.dispose();
      this.#shaking.delete(raw);
      if (link !== undefined) this.#options.connected(link);
    });
  }

  /** Begins the handshake as soon as the certificate is there. */
  #secure(raw: Socket, tls: ServerTls, context: LateContext, done: (link: SocketLink | undefined) => void): void {
    const ready = context.now;
    if (ready !== undefined) {
      secureAccepted(raw, tls, ready, done);
      return;
    }
    const turnAway = (): void => {
      raw.destroy();
      done(undefined);
    };
    context.get().then(
      (made) => (raw.destroyed ? turnAway() : secureAccepted(raw, tls, made, done)),
      (error) => {
        turnAway();
        this.#options.failed(error, "getting a certificate");
      },
    );
  }
}
