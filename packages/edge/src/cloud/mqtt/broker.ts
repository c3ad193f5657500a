import {
  between,
  type Channel,
  type ChannelEnd,
  type ChannelHost,
  type Clock,
  type Duration,
  type Instant,
  type Logger,
  messageOf,
  milliseconds,
} from "@understudy/kernel";
import { CONNACK, type ConnectFrame, type MqttFrame, type Qos } from "../../wire/mqtt/frame.ts";
import { isEmptyPayload } from "../../wire/mqtt/payload.ts";
import { hasWildcard } from "../../wire/mqtt/topic.ts";
import { BrokerConnection, type BrokerDesk } from "./broker-connection.ts";
import type { BrokerHost, Message, Publisher, Retained } from "./broker-host.ts";
import { BROKER_LIMITS, type BrokerCounts, type BrokerLimits, noBrokerCounts } from "./limits.ts";
import { type Line, Session } from "./session.ts";
import { type Subscription, Subscriptions } from "./subscriptions.ts";

/** Two sweeps are at least so far apart. */
const SWEEP_GAP: Duration = milliseconds(100);

/** Name of the broker's one wake-up; whoever owns the clock calls {@link Broker.sweep} then. */
export const SWEEP_WAKE = "mqtt-sweep";

export interface BrokerParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly host: BrokerHost;
  readonly retained: Retained;
  readonly limits?: Partial<BrokerLimits>;
}

/**
 * A small MQTT 3.1.1 broker on the kernel's channels: retained messages, QoS 0 and 1 (2 is taken from publishers), wills,
 * keep-alive, clean and persistent sessions, access rules. It runs in virtual time and over sockets alike. Persistent sessions
 * outlast connections, not the broker: after a power cut their clients see no session present.
 */
export class Broker implements ChannelHost<MqttFrame>, BrokerDesk {
  readonly host: BrokerHost;
  readonly log: Logger;
  readonly limits: BrokerLimits;
  readonly counts: BrokerCounts = noBrokerCounts();
  readonly #clock: Clock;
  readonly #retained: Retained;
  readonly #startedAt: Instant;
  readonly #connections = new Set<BrokerConnection>();
  readonly #sessions = new Map<string, Session>();
  readonly #subscriptions = new Subscriptions<Session>();
  #lastAssigned = 0;

  constructor({ clock, log, host, retained, limits }: BrokerParts) {
    this.#clock = clock;
    this.log = log;
    this.host = host;
    this.limits = { ...BROKER_LIMITS, ...limits };
    this.#retained = retained;
    this.#startedAt = clock.now();
  }

  /** Connections, also those that have not said CONNECT yet. */
  get connections(): number {
    return this.#connections.size;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  accept(channel: Channel<MqttFrame>): ChannelEnd<MqttFrame> {
    const connection = new BrokerConnection(this, channel);
    this.counts.connections++;
    this.watch(connection);
    return connection;
  }

  /** Publishes in the broker's own name, past all access rules. */
  async publish(message: Message, options: { readonly retain: boolean }): Promise<void> {
    if (options.retain) await this.#retain(message);
    this.#route(message);
  }

  /** Closes connections that were silent for too long, and sets the wake-up for the next that might be. */
  sweep(): void {
    const now = this.uptime();
    let next = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections) {
      if (connection.silence === 0) continue;
      const deadline = connection.heardAt + connection.silence;
      if (deadline > now) {
        next = Math.min(next, deadline);
        continue;
      }
      this.counts.keepAliveTimeouts++;
      connection.end("keep-alive");
    }
    if (Number.isFinite(next)) this.#sweepAt(next);
  }

  uptime(): number {
    return between(this.#startedAt, this.#clock.now());
  }

  judge({ protocolId, protocolVersion, clientId, clean }: ConnectFrame): number {
    if (protocolId !== "MQTT" || protocolVersion !== 4) return CONNACK.badProtocol;
    if (clientId.length > this.limits.clientIdLength) return CONNACK.badClientId;
    if (clientId === "" && !clean) return CONNACK.badClientId;
    return CONNACK.accepted;
  }

  async evict(clientId: string): Promise<void> {
    for (let old = this.#sessions.get(clientId)?.connection; old !== undefined; ) {
      await old.cutOff("taken over");
      old = this.#sessions.get(clientId)?.connection;
    }
  }

  open(clientId: string, clean: boolean, connection: Line): { readonly session: Session; readonly present: boolean } {
    const id = clientId === "" ? `auto-${++this.#lastAssigned}` : clientId;
    const before = this.#sessions.get(id);
    if (before !== undefined && !before.clean && !clean) {
      before.connection = connection;
      return { session: before, present: true };
    }
    if (before !== undefined) this.#drop(before);
    const session = new Session(id, clean);
    session.connection = connection;
    this.#sessions.set(id, session);
    return { session, present: false };
  }

  leave(session: Session): void {
    session.connection = undefined;
    if (session.clean || this.#sessions.size - this.#connections.size > this.limits.keptSessions) this.#drop(session);
  }

  watch(connection: BrokerConnection): void {
    this.#connections.add(connection);
    if (connection.silence > 0) this.#sweepAt(connection.heardAt + connection.silence);
  }

  forget(connection: BrokerConnection): void {
    this.#connections.delete(connection);
  }

  subscribe(session: Session, filter: string, qos: Qos): boolean {
    if (!session.filters.includes(filter)) {
      if (session.filters.length >= this.limits.subscriptions) return false;
      session.filters = [...session.filters, filter];
    }
    this.#subscriptions.add(session, filter, qos);
    return true;
  }

  unsubscribe(session: Session, filter: string): void {
    session.filters = session.filters.filter((known) => known !== filter);
    this.#subscriptions.remove(session, filter);
  }

  async sendRetained(session: Session, filter: string, granted: Qos): Promise<void> {
    const one = hasWildcard(filter) ? undefined : await this.#retained.get(filter);
    const found = hasWildcard(filter) ? await this.#retained.matching(filter) : one === undefined ? [] : [one];
    for (const message of found) {
      session.deliver(message, smaller(message.qos, granted), true, this.limits, this.counts);
    }
  }

  async take(message: Message, options: { readonly retain: boolean }, from: Publisher): Promise<void> {
    this.counts.published++;
    if (options.retain) await this.#retain(message);
    this.#route(message);
    try {
      await this.host.published(message, from);
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.log.error("a message could not be dealt with", { error: messageOf(error) });
  }

  async #retain(message: Message): Promise<void> {
    if (isEmptyPayload(message.payload)) await this.#retained.remove(message.topic);
    else await this.#retained.put(message);
  }

  /** One copy per client, at the best QoS of its filters. */
  #route(message: Message): void {
    let first: Subscription<Session> | undefined;
    let others: Map<Session, Qos> | undefined;
    this.#subscriptions.match(message.topic, (subscription) => {
      if (first === undefined) {
        first = subscription;
        return;
      }
      others ??= new Map([[first.subscriber, first.qos]]);
      const before = others.get(subscription.subscriber) ?? 0;
      others.set(subscription.subscriber, before > subscription.qos ? before : subscription.qos);
    });
    if (others !== undefined) {
      for (const [session, qos] of others) this.#deliver(session, message, qos);
    } else if (first !== undefined) {
      this.#deliver(first.subscriber, message, first.qos);
    }
  }

  #deliver(session: Session, message: Message, granted: Qos): void {
    session.deliver(message, smaller(message.qos, granted), false, this.limits, this.counts);
  }

  #drop(session: Session): void {
    for (const filter of session.filters) this.#subscriptions.remove(session, filter);
    if (this.#sessions.get(session.clientId) === session) this.#sessions.delete(session.clientId);
  }

  #sweepAt(uptime: number): void {
    const after = milliseconds(Math.max(uptime - this.uptime(), SWEEP_GAP));
    const due = this.#clock.dueOf(SWEEP_WAKE);
    if (due === undefined || between(this.#clock.now(), due) > after) this.#clock.wake(after, { name: SWEEP_WAKE });
  }
}

const smaller = (a: Qos, b: Qos): Qos => (a < b ? a : b);
