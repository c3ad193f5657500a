import type { JsonValue } from "@understudy/kernel";

/** Delivery promise of a message: 0 at most once, 1 at least once, 2 exactly once (taken from clients, never granted). */
export type Qos = 0 | 1 | 2;

/**
 * What a message carries. `json` is passed by reference in one process and becomes UTF-8 JSON on a socket, where it comes out
 * as bytes: read it with `readPayload`, never by its form. Nobody changes a payload after it was sent.
 */
export type Payload = Uint8Array | { readonly json: JsonValue };

/** What the broker publishes for a client that goes away without DISCONNECT. */
export interface Will {
  readonly topic: string;
  readonly payload: Payload;
  readonly qos: Qos;
  readonly retain: boolean;
}

export interface ConnectFrame {
  readonly cmd: "connect";
  readonly protocolId: "MQTT" | "MQIsdp";
  /** 4 is MQTT 3.1.1, the only one we serve; 3 and 5 are read in order to be refused. */
  readonly protocolVersion: 3 | 4 | 5;
  readonly clean: boolean;
  readonly clientId: string;
  /** Seconds; 0 switches keep-alive off. */
  readonly keepalive: number;
  readonly username?: string;
  readonly password?: string;
  readonly will?: Will;
}

export interface PublishFrame {
  readonly cmd: "publish";
  readonly topic: string;
  readonly payload: Payload;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Present when `qos` is above 0. */
  readonly messageId?: number;
}

export interface SubscribeFrame {
  readonly cmd: "subscribe";
  readonly messageId: number;
  readonly subscriptions: readonly { readonly topic: string; readonly qos: Qos }[];
}

export interface ConfirmationFrame {
  readonly cmd: "puback" | "pubrec" | "pubrel" | "pubcomp" | "unsuback";
  readonly messageId: number;
}

/** An MQTT 3.1.1 control packet as a plain record: the names are those of `mqtt-packet`. */
export type MqttFrame =
  | ConnectFrame
  | { readonly cmd: "connack"; readonly returnCode: number; readonly sessionPresent: boolean }
  | PublishFrame
  | SubscribeFrame
  | { readonly cmd: "suback"; readonly messageId: number; readonly granted: readonly number[] }
  | { readonly cmd: "unsubscribe"; readonly messageId: number; readonly unsubscriptions: readonly string[] }
  | ConfirmationFrame
  | { readonly cmd: "pingreq" | "pingresp" | "disconnect" };

/** Return codes of CONNACK. */
export const CONNACK = {
  accepted: 0,
  badProtocol: 1,
  badClientId: 2,
  unavailable: 3,
  badCredentials: 4,
  notAuthorized: 5,
} as const;

/** What SUBACK says of a filter that was refused. */
export const SUBSCRIPTION_REFUSED = 128;

export const PINGREQ: MqttFrame = { cmd: "pingreq" };
export const PINGRESP: MqttFrame = { cmd: "pingresp" };
export const DISCONNECT: MqttFrame = { cmd: "disconnect" };

/** One line for logs; never shows payloads or passwords. */
export function describeFrame(frame: MqttFrame): string {
  switch (frame.cmd) {
    case "connect":
      return `CONNECT ${frame.clientId || "(no client id)"} keep-alive ${frame.keepalive} s${frame.clean ? "" : ", persistent"}`;
    case "connack":
      return `CONNACK ${frame.returnCode}${frame.sessionPresent ? ", session present" : ""}`;
    case "publish":
      return `PUBLISH ${frame.topic} QoS ${frame.qos}${frame.retain ? ", retained" : ""}${frame.dup ? ", again" : ""}`;
    case "subscribe":
      return `SUBSCRIBE ${frame.subscriptions.map(({ topic, qos }) => `${topic} QoS ${qos}`).join(", ")}`;
    case "suback":
      return `SUBACK ${frame.granted.join(", ")}`;
    case "unsubscribe":
      return `UNSUBSCRIBE ${frame.unsubscriptions.join(", ")}`;
    case "puback":
    case "pubrec":
    case "pubrel":
    case "pubcomp":
    case "unsuback":
      return `${frame.cmd.toUpperCase()} ${frame.messageId}`;
    case "pingreq":
    case "pingresp":
    case "disconnect":
      return frame.cmd.toUpperCase();
  }
}
