import type { IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";
import type { ConnectFrame, MqttFrame, PublishFrame } from "./frame.ts";
import { asBuffer } from "./payload.ts";

/**
 * A frame as one process would pass it, from what `mqtt-packet` read off a socket: nothing more, nothing less.
 * `undefined` for packets that MQTT 3.1.1 does not have or allow.
 */
export function normaliseFrame(packet: Packet): MqttFrame | undefined {
  const messageId = packet.messageId ?? 0;
  switch (packet.cmd) {
    case "connect":
      return connectFrame(packet);
    case "connack":
      return { cmd: "connack", returnCode: packet.returnCode ?? 0, sessionPresent: packet.sessionPresent };
    case "publish":
      return publishFrame(packet);
    case "subscribe":
      if (packet.subscriptions.length === 0) return undefined;
      return {
        cmd: "subscribe",
        messageId,
        subscriptions: packet.subscriptions.map(({ topic, qos }) => ({ topic, qos })),
      };
    case "suback":
      return { cmd: "suback", messageId, granted: packet.granted.map(Number) };
    case "unsubscribe":
      if (packet.unsubscriptions.length === 0) return undefined;
      return { cmd: "unsubscribe", messageId, unsubscriptions: packet.unsubscriptions };
    case "puback":
    case "pubrec":
    case "pubrel":
    case "pubcomp":
    case "unsuback":
      return { cmd: packet.cmd, messageId };
    case "pingreq":
    case "pingresp":
    case "disconnect":
      return { cmd: packet.cmd };
    case "auth":
      return undefined;
  }
}

function connectFrame(packet: IConnectPacket): ConnectFrame {
  const { will } = packet;
  return {
    cmd: "connect",
    protocolId: packet.protocolId ?? "MQTT",
    protocolVersion: packet.protocolVersion ?? 4,
    clean: packet.clean ?? true,
    clientId: packet.clientId,
    keepalive: packet.keepalive ?? 0,
    ...(packet.username === undefined ? {} : { username: packet.username }),
    ...(packet.password === undefined ? {} : { password: packet.password.toString() }),
    ...(will === undefined
      ? {}
      : {
          will: {
            topic: will.topic,
            payload: ownBytes(will.payload),
            qos: will.qos ?? 0,
            retain: will.retain ?? false,
          },
        }),
  };
}

function publishFrame(packet: IPublishPacket): PublishFrame {
  const { topic, qos, retain, dup } = packet;
  const payload = ownBytes(packet.payload);
  return qos === 0
    ? { cmd: "publish", topic, payload, qos, retain, dup }
    : { cmd: "publish", topic, payload, qos, retain, dup, messageId: packet.messageId ?? 0 };
}

/** A copy: what was read is a window on the socket's buffer, and a retained message would keep all of it. */
function ownBytes(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload) : Uint8Array.from(asBuffer(payload));
}
