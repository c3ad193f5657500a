import type { AccessRule } from "../../wire/mqtt/access.ts";
import type { ConnectFrame, Payload, Qos } from "../../wire/mqtt/frame.ts";

/** A message on its way through the broker. */
export interface Message {
  readonly topic: string;
  readonly payload: Payload;
  readonly qos: Qos;
}

/** Who has published. */
export interface Publisher {
  readonly clientId: string;
  readonly username: string;
}

/** Whom the broker lets in, with what they may do. */
export interface Admission {
  readonly kind: "admitted";
  readonly username: string;
  readonly rules: readonly AccessRule[];
}

export interface Refusal {
  readonly kind: "refused";
  /** A return code of CONNACK. */
  readonly code: number;
}

/** What a broker needs to know from whoever runs it. */
export interface BrokerHost {
  admit(connect: ConnectFrame): Promise<Admission | Refusal>;
  /**
   * A client has published, or its will was carried out. A message of QoS 1 is acknowledged when the promise resolves: what must
   * be stored is stored by then. An error is logged and changes nothing for the client.
   */
  published(message: Message, from: Publisher): void | Promise<void>;
}

/** Where retained messages are kept. */
export interface Retained {
  get(topic: string): Promise<Message | undefined>;
  /** All whose topic the filter takes, by topic. */
  matching(filter: string): Promise<readonly Message[]>;
  /** Durable when the promise resolves. */
  put(message: Message): Promise<void>;
  remove(topic: string): Promise<void>;
}
