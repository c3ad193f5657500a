import type { Channel, ChannelEnd, Logger } from "@understudy/kernel";
import { ACCESS, type AccessRule, isAllowed, maySubscribe } from "../../wire/mqtt/access.ts";
import {
  CONNACK,
  type ConnectFrame,
  describeFrame,
  type MqttFrame,
  PINGRESP,
  type PublishFrame,
  type Qos,
  SUBSCRIPTION_REFUSED,
  type SubscribeFrame,
  type Will,
} from "../../wire/mqtt/frame.ts";
import { isFilter, isTopic } from "../../wire/mqtt/topic.ts";
import type { BrokerHost, Message, Publisher } from "./broker-host.ts";
import type { BrokerCounts, BrokerLimits } from "./limits.ts";
import type { Line, Session } from "./session.ts";

const NO_RULES: readonly AccessRule[] = [];
/** MQTT gives a client one and a half times its keep-alive. */
const GRACE = 1.5;
/** Messages of QoS 2 that a client may have begun and not released; beyond, it is cut off. */
const MAX_UNRELEASED = 1_000;

/** The broker, as its connections see it. */
export interface BrokerDesk {
  readonly host: BrokerHost;
  readonly log: Logger;
  readonly limits: BrokerLimits;
  readonly counts: BrokerCounts;
  /** Milliseconds since the broker began. */
  uptime(): number;
  /** Whether a CONNECT can be considered at all, as a return code. */
  judge(connect: ConnectFrame): number;
  /** Cuts off connections of the same client, so that there is one, and the old one's will comes first. */
  evict(clientId: string): Promise<void>;
  /** Takes over or begins the client's session, which no other connection has. */
  open(clientId: string, clean: boolean, line: Line): { readonly session: Session; readonly present: boolean };
  /** The client is gone; a clean session goes with it. */
  leave(session: Session): void;
  /** From now on the connection's silence is watched. */
  watch(connection: BrokerConnection): void;
  forget(connection: BrokerConnection): void;
  /** False when the session has too many filters. */
  subscribe(session: Session, filter: string, qos: Qos): boolean;
  unsubscribe(session: Session, filter: string): void;
  /** Sends what a new subscription gets at once. */
  sendRetained(session: Session, filter: string, granted: Qos): Promise<void>;
  /** A message that its client may publish. Stored where it must be when the promise resolves. */
  take(message: Message, options: { readonly retain: boolean }, from: Publisher): Promise<void>;
  failed(error: unknown): void;
}

/** One client's connection. Idle, it is this record; all that is timed is done by the broker's sweep. */
export class BrokerConnection implements ChannelEnd<MqttFrame>, Line {
  readonly #broker: BrokerDesk;
  readonly #channel: Channel<MqttFrame>;
  /** When the client was last heard, in milliseconds since the broker began. */
  heardAt: number;
  /** It must be heard again within so many milliseconds; 0: it may be silent for ever. */
  silence: number;
  #session: Session | undefined;
  #username = "";
  #rules: readonly AccessRule[] = NO_RULES;
  #will: Will | undefined;
  /** Message ids of QoS 2 that were taken and not yet released. */
  #unreleased: Set<number> | undefined;

  constructor(broker: BrokerDesk, channel: Channel<MqttFrame>) {
    this.#broker = broker;
    this.#channel = channel;
    this.heardAt = broker.uptime();
    this.silence = broker.limits.connectTimeout;
  }

  /** Until CONNECT was accepted there is none. */
  get clientId(): string | undefined {
    return this.#session?.clientId;
  }

  frame(_channel: Channel<MqttFrame>, frame: MqttFrame): void | Promise<void> {
    this.heardAt = this.#broker.uptime();
    this.#broker.log.debug(() => `MQTT from ${this.clientId ?? "a newcomer"}: ${describeFrame(frame)}`);
    if (frame.cmd === "connect") return this.#session === undefined ? this.#connect(frame) : this.end("second CONNECT");
    if (this.#session === undefined) return this.end("no CONNECT");
    switch (frame.cmd) {
      case "publish":
        return this.#publish(frame);
      case "puback":
        this.#session.acknowledged(frame.messageId, this.#broker.counts);
        return;
      case "pubrel":
        this.#unreleased?.delete(frame.messageId);
        this.send({ cmd: "pubcomp", messageId: frame.messageId });
        return;
      case "subscribe":
        return this.#subscribe(frame, this.#session);
      case "unsubscribe":
        for (const filter of frame.unsubscriptions) this.#broker.unsubscribe(this.#session, filter);
        this.send({ cmd: "unsuback", messageId: frame.messageId });
        return;
      case "pingreq":
        this.send(PINGRESP);
        return;
      case "disconnect":
        this.#will = undefined;
        this.end("disconnect");
        return;
      default:
        this.end(`${frame.cmd} is not for a broker`);
    }
  }

  closed(): Promise<void> {
    return this.#leave();
  }

  /** A frame that cannot be sent any more is lost with the connection, which `closed` tells. */
  send(frame: MqttFrame): void {
    this.#channel.send(frame).catch(() => undefined);
  }

  /** Cuts the client off. Its will is carried out, unless it said good-bye. */
  end(reason: string): void {
    this.cutOff(reason).catch((error: unknown) => this.#broker.failed(error));
  }

  /** {@link end}, for those who must know that the will has been carried out. */
  cutOff(reason: string): Promise<void> {
    this.#broker.log.debug(() => `MQTT client ${this.clientId ?? "(unknown)"} cut off: ${reason}`);
    this.#channel.close(reason);
    return this.#leave();
  }

  async #connect(frame: ConnectFrame): Promise<void> {
    const code = this.#broker.judge(frame);
    if (code !== CONNACK.accepted) return this.#refuse(code);
    const { will } = frame;
    if (will !== undefined && !isTopic(will.topic)) return this.end("will topic");
    const admission = await this.#broker.host.admit(frame);
    if (admission.kind === "refused") return this.#refuse(admission.code);
    await this.#broker.evict(frame.clientId);
    if (!this.#channel.open) return;
    this.#username = admission.username;
    this.#rules = admission.rules;
    this.#will = will;
    this.silence = frame.keepalive * 1_000 * GRACE;
    // A device's client id is its user's name: kept once.
    const clientId = frame.clientId === admission.username ? admission.username : frame.clientId;
    const { session, present } = this.#broker.open(clientId, frame.clean, this);
    this.#session = session;
    this.send({ cmd: "connack", returnCode: CONNACK.accepted, sessionPresent: present });
    session.resume(this, this.#broker.limits, this.#broker.counts);
    this.#broker.watch(this);
  }

  #refuse(returnCode: number): void {
    this.#broker.counts.refusedConnections++;
    this.send({ cmd: "connack", returnCode, sessionPresent: false });
    this.end(`refused with ${returnCode}`);
  }

  async #publish(frame: PublishFrame): Promise<void> {
    const { topic, payload, messageId } = frame;
    if (!isTopic(topic)) return this.end("topic of PUBLISH");
    if (frame.qos > 0 && messageId === undefined) return this.end("PUBLISH without id");
    const again = frame.qos === 2 && messageId !== undefined && this.#unreleased?.has(messageId) === true;
    if (!again) await this.#take({ topic, payload, qos: frame.qos }, frame.retain);
    if (messageId === undefined || frame.qos === 0) return;
    if (frame.qos === 2) {
      this.#unreleased ??= new Set();
      this.#unreleased.add(messageId);
      if (this.#unreleased.size > MAX_UNRELEASED) return this.end("too many messages not released");
    }
    this.send({ cmd: frame.qos === 1 ? "puback" : "pubrec", messageId });
  }

  /** A message that may not be published is acknowledged and goes nowhere, as MQTT 3.1.1 has no other way to say no. */
  async #take(message: Message, retain: boolean): Promise<void> {
    const clientId = this.#session?.clientId ?? "";
    if (!isAllowed(this.#rules, ACCESS.write, message.topic, clientId)) {
      this.#broker.counts.denied++;
      this.#broker.log.warn("a publish was denied", { clientId, topic: message.topic });
      return;
    }
    await this.#broker.take(message, { retain }, { clientId, username: this.#username });
  }

  async #subscribe(frame: SubscribeFrame, session: Session): Promise<void> {
    const granted = frame.subscriptions.map(({ topic, qos }) => this.#grant(session, topic, qos));
    this.send({ cmd: "suback", messageId: frame.messageId, granted });
    for (const [index, { topic }] of frame.subscriptions.entries()) {
      const qos = granted[index];
      if (qos === 0 || qos === 1) await this.#broker.sendRetained(session, topic, qos);
    }
  }

  #grant(session: Session, filter: string, asked: Qos): number {
    const allowed = isFilter(filter) && maySubscribe(this.#rules, filter, session.clientId);
    if (allowed) {
      const qos = asked === 0 ? 0 : 1;
      if (this.#broker.subscribe(session, filter, qos)) return qos;
    }
    this.#broker.counts.denied++;
    this.#broker.log.warn("a subscription was denied", { clientId: session.clientId, filter });
    return SUBSCRIPTION_REFUSED;
  }

  /** Once, however the connection came to its end. */
  async #leave(): Promise<void> {
    const session = this.#session;
    const will = this.#will;
    this.#will = undefined;
    this.#broker.forget(this);
    if (session?.connection === this) this.#broker.leave(session);
    if (will !== undefined) await this.#take({ topic: will.topic, payload: will.payload, qos: will.qos }, will.retain);
  }
}
