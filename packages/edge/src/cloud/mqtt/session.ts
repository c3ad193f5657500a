import type { MqttFrame, PublishFrame, Qos } from "../../wire/mqtt/frame.ts";
import type { Message } from "./broker-host.ts";
import type { BrokerCounts, BrokerLimits } from "./limits.ts";

const LAST_MESSAGE_ID = 65_535;

/** A client's connection, as its session sees it. */
export interface Line {
  /** What cannot be sent any more is lost with the connection. */
  send(frame: MqttFrame): void;
  /** Ends the connection; resolves when the client's will has been carried out. */
  cutOff(reason: string): Promise<void>;
}

/** A message for a client, with the promise it is delivered under. */
interface Waiting {
  readonly message: Message;
  readonly retain: boolean;
}

/**
 * What the broker keeps of a client: its subscriptions, and the messages of QoS 1 it has not acknowledged. A clean session ends
 * with its connection; another one outlasts it. An idle one holds no list and no map.
 */
export class Session {
  readonly clientId: string;
  readonly clean: boolean;
  connection: Line | undefined;
  /** Filters, so that a session that ends can be taken out of the index. */
  filters: readonly string[] = [];
  #lastMessageId = 0;
  #inFlight: Map<number, PublishFrame> | undefined;
  #waiting: Waiting[] | undefined;

  constructor(clientId: string, clean: boolean) {
    this.clientId = clientId;
    this.clean = clean;
  }

  /** Sends a message, or keeps it for later as its QoS demands. `qos` is the smaller of the message's and the subscription's. */
  deliver(message: Message, qos: Qos, retain: boolean, limits: BrokerLimits, counts: BrokerCounts): void {
    if (qos === 0) {
      if (this.connection === undefined) return;
      counts.delivered++;
      this.connection.send({
        cmd: "publish",
        topic: message.topic,
        payload: message.payload,
        qos: 0,
        retain,
        dup: false,
      });
      return;
    }
    if (this.connection === undefined || (this.#inFlight?.size ?? 0) >= limits.inFlight) {
      if ((this.#waiting?.length ?? 0) >= limits.queued) {
        counts.dropped++;
        return;
      }
      this.#waiting ??= [];
      this.#waiting.push({ message, retain });
      return;
    }
    counts.delivered++;
    this.#sendNow(this.connection, message, retain);
  }

  /** The client has a message. Sends the next one that waits. */
  acknowledged(messageId: number, counts: BrokerCounts): void {
    if (this.#inFlight?.delete(messageId) !== true) return;
    if (this.#inFlight.size === 0) this.#inFlight = undefined;
    const next = this.#waiting?.shift();
    if (this.#waiting?.length === 0) this.#waiting = undefined;
    if (next === undefined) return;
    if (this.connection === undefined) {
      this.#waiting = [next, ...(this.#waiting ?? [])];
      return;
    }
    counts.delivered++;
    this.#sendNow(this.connection, next.message, next.retain);
  }

  /** The client is back: what it has not acknowledged is sent again, then what waited, as far as it may be under way. */
  resume(connection: Line, limits: BrokerLimits, counts: BrokerCounts): void {
    for (const frame of this.#inFlight?.values() ?? []) connection.send({ ...frame, dup: true });
    const free = limits.inFlight - (this.#inFlight?.size ?? 0);
    const next = this.#waiting?.splice(0, free) ?? [];
    if (this.#waiting?.length === 0) this.#waiting = undefined;
    for (const { message, retain } of next) {
      counts.delivered++;
      this.#sendNow(connection, message, retain);
    }
  }

  #sendNow(connection: Line, { topic, payload }: Message, retain: boolean): void {
    const messageId = this.#nextMessageId();
    const frame: PublishFrame = { cmd: "publish", topic, payload, qos: 1, retain, dup: false, messageId };
    this.#inFlight ??= new Map();
    this.#inFlight.set(messageId, frame);
    connection.send(frame);
  }

  #nextMessageId(): number {
    do this.#lastMessageId = this.#lastMessageId >= LAST_MESSAGE_ID ? 1 : this.#lastMessageId + 1;
    while (this.#inFlight?.has(this.#lastMessageId) === true);
    return this.#lastMessageId;
  }
}
