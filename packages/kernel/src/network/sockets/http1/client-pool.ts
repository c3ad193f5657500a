import type { Due, Ticket, Timekeeper } from "../../../time/clock.ts";
import { type Duration, type Instant, later, seconds } from "../../../time/units.ts";
import type { Address } from "../../address.ts";
import type { ClientTls } from "../../network.ts";
import type { Dialler, Opening } from "../dialler.ts";
import { networkErrorOf } from "../socket-errors.ts";
import { ClientConnection, type ConnectionHome, type ConnectionPlace } from "./client-connection.ts";
import type { ClientExchange } from "./client-exchange.ts";

/** Bounds of the connections kept to one place. */
export interface PoolLimits {
  /** Open at the same time; further exchanges wait in order. */
  readonly connections: number;
  /** Unused connections are closed after so long. */
  readonly idle: Duration;
}

export const DEFAULT_POOL_LIMITS: PoolLimits = Object.freeze({ connections: 256, idle: seconds(4) });

/** What a pool needs of its network. */
export interface PoolHome extends ConnectionHome {
  readonly dialler: Dialler;
}

/** The connections to one address with one way of TLS. */
export class ClientPool implements ConnectionPlace, Due {
  readonly #home: PoolHome;
  readonly #time: Timekeeper;
  readonly #to: Address;
  readonly #tls: ClientTls | undefined;
  readonly #limits: PoolLimits;
  readonly #emptied: (pool: ClientPool) => void;
  /** Last used last. */
  readonly #idle: { readonly connection: ClientConnection; readonly since: Instant }[] = [];
  readonly #all = new Set<ClientConnection>();
  readonly #opening = new Set<Opening>();
  #waiting: ClientExchange[] = [];
  #ticket: Ticket | undefined;

  constructor(
    home: PoolHome,
    place: { readonly to: Address; readonly tls: ClientTls | undefined },
    limits: PoolLimits,
    emptied: (pool: ClientPool) => void,
  ) {
    this.#home = home;
    this.#time = home.time;
    this.#to = place.to;
    this.#tls = place.tls;
    this.#limits = limits;
    this.#emptied = emptied;
  }

  /** Sends it over a kept connection, a new one, or the next that becomes free. */
  run(exchange: ClientExchange): void {
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      if (!kept.connection.usable) continue;
      exchange.send(kept.connection);
      return;
    }
    this.runAfresh(exchange);
  }

  /** Sends it over a connection that was not used before. */
  runAfresh(exchange: ClientExchange): void {
    if (this.#all.size + this.#opening.size >= this.#limits.connections) this.#waiting.push(exchange);
    else this.#open(exchange);
  }

  free(connection: ClientConnection): void {
    const next = this.#nextWaiting();
    if (next !== undefined) {
      next.send(connection);
      return;
    }
    if (this.#to.kind === "unix") {
      connection.close(); // a new one costs next to nothing, and cannot be stale
      return;
    }
    this.#idle.push({ connection, since: this.#time.now() });
    this.#ticket ??= this.#time.schedule(later(this.#time.now(), this.#limits.idle), this, 0);
  }

  gone(connection: ClientConnection): void {
    if (!this.#all.delete(connection)) return;
    const at = this.#idle.findIndex((kept) => kept.connection === connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const next = this.#nextWaiting();
    if (next !== undefined) this.#open(next);
    this.#tidy();
  }

  /** Closes what has been idle for long. */
  due(): void {
    this.#ticket = undefined;
    const now = this.#time.now();
    for (
      let oldest = this.#idle[0];
      oldest !== undefined && later(oldest.since, this.#limits.idle) <= now;
      oldest = this.#idle[0]
    ) {
      this.#idle.shift();
      oldest.connection.close();
    }
    const oldest = this.#idle[0];
    if (oldest !== undefined) this.#ticket = this.#time.schedule(later(oldest.since, this.#limits.idle), this, 0);
  }

  /** Cuts every connection. Exchanges under way fail with `reason`. */
  close(reason: Error): void {
    if (this.#ticket !== undefined) this.#time.cancel(this.#ticket);
    this.#ticket = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const exchange of waiting) exchange.fail(reason);
    for (const opening of this.#opening) opening.cancel();
    for (const connection of this.#all) connection.fail(reason);
  }

  #open(exchange: ClientExchange): void {
    const opening = this.#home.dialler.open(this.#to, this.#tls, { allowHalfOpen: true });
    this.#opening.add(opening);
    opening.link.then(
      (link) => {
        this.#opening.delete(opening);
        const connection = new ClientConnection(this.#home, this.#to, link, this);
        this.#all.add(connection);
        if (exchange.over) this.free(connection);
        else exchange.send(connection);
      },
      (error) => {
        this.#opening.delete(opening);
        exchange.fail(networkErrorOf(this.#to, error));
        const next = this.#nextWaiting();
        if (next !== undefined) this.#open(next);
        this.#tidy();
      },
    );
  }

  #nextWaiting(): ClientExchange | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.over) return next;
    }
    return undefined;
  }

  #tidy(): void {
    if (this.#all.size + this.#opening.size + this.#waiting.length > 0) return;
    if (this.#ticket !== undefined) this.#time.cancel(this.#ticket);
    this.#ticket = undefined;
    this.#emptied(this);
  }
}
