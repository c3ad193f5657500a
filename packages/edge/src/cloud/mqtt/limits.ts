import { type Duration, seconds } from "@understudy/kernel";

/** Bounds of the broker. What goes beyond is refused or dropped as said here, and counted. */
export interface BrokerLimits {
  /** From the connection to its CONNECT; then it is closed. */
  readonly connectTimeout: Duration;
  /** Longer ones are refused. */
  readonly clientIdLength: number;
  /** Filters per session; more are refused in SUBACK. */
  readonly subscriptions: number;
  /** Messages of QoS 1 sent to a client and not acknowledged; more wait in its queue. */
  readonly inFlight: number;
  /** Messages that wait for a client, connected or not; then the newest is dropped. */
  readonly queued: number;
  /** Sessions kept for clients that are not connected; then no new one is kept. */
  readonly keptSessions: number;
}

export const BROKER_LIMITS: BrokerLimits = {
  connectTimeout: seconds(10),
  clientIdLength: 256,
  subscriptions: 128,
  inFlight: 100,
  queued: 1_000,
  keptSessions: 10_000,
};

/** What the broker has counted since it began. */
export interface BrokerCounts {
  connections: number;
  refusedConnections: number;
  published: number;
  delivered: number;
  /** Publishes and subscriptions that no access rule allows. */
  denied: number;
  dropped: number;
  keepAliveTimeouts: number;
}

export const noBrokerCounts = (): BrokerCounts => ({
  connections: 0,
  refusedConnections: 0,
  published: 0,
  delivered: 0,
  denied: 0,
  dropped: 0,
  keepAliveTimeouts: 0,
});
