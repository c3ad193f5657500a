import { type JsonObject, wireProblem } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { convertedMessage, message } from "../message.ts";
import { BrokerConfig, brokerUrl, parseBrokerUrl } from "./broker-config.ts";

const Uuid = Type.String({ pattern: "^[0-9a-fA-F-]{36}$" });
const Key = Type.String({ minLength: 16, maxLength: 256 });

/** Phase 1 of provisioning: the device names itself and the key that it has made for itself. */
export const RegisterRequest = Type.Object({
  uuid: Uuid,
  deviceName: Type.String({ minLength: 1, maxLength: 255 }),
  deviceType: Type.String({ minLength: 1, maxLength: 255 }),
  deviceApiKey: Key,
  applicationId: Type.Optional(Type.Integer()),
  macAddress: Type.Optional(Type.String({ maxLength: 64 })),
  osVersion: Type.Optional(Type.String({ maxLength: 255 })),
  agentVersion: Type.Optional(Type.String({ maxLength: 64 })),
});
export type RegisterRequest = Static<typeof RegisterRequest>;

export const registerRequest = message({
  name: "register",
  schema: RegisterRequest,
  describe: ({ uuid, deviceName }) => `register ${deviceName} (${uuid})`,
});

/** Phase 2: the device proves its own key, which replaces the provisioning key from then on. */
export const KeyExchangeRequest = Type.Object({ uuid: Uuid, deviceApiKey: Key });
export type KeyExchangeRequest = Static<typeof KeyExchangeRequest>;

export const keyExchangeRequest = message({
  name: "key-exchange",
  schema: KeyExchangeRequest,
  describe: ({ uuid }) => `key exchange for ${uuid}`,
});

/** What a cloud gives a device that it has taken in. Clouds of several ages name these members differently. */
const RegisterReplyWire = Type.Object({
  id: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
  device: Type.Optional(Type.Object({ deviceId: Type.Optional(Type.Union([Type.Integer(), Type.String()])) })),
  mqtt: Type.Object({
    username: Type.String(),
    password: Type.String(),
    broker: Type.Optional(Type.String()),
    brokerUrl: Type.Optional(Type.String()),
    brokerConfig: Type.Optional(BrokerConfig),
  }),
  api: Type.Optional(
    Type.Object({
      tlsConfig: Type.Optional(
        Type.Object({ caCert: Type.String(), verifyCertificate: Type.Optional(Type.Boolean()) }),
      ),
    }),
  ),
});

/** What a device keeps of its registration. */
export interface Registration {
  /** The cloud's number for the device, as text. */
  readonly deviceId: string;
  readonly mqtt: { readonly username: string; readonly password: string; readonly broker: BrokerConfig };
  /** How to trust the cloud's HTTPS; absent: system roots. */
  readonly apiTls?: { readonly caCert: string; readonly verifyCertificate: boolean };
}

/**
 * The reply to a registration. Also read: `device.deviceId` for `id`, `mqtt.brokerUrl` for `mqtt.broker`; without
 * `brokerConfig` the broker's URL says all.
 */
export const registerReply = convertedMessage({
  name: "register reply",
  schema: RegisterReplyWire,
  parse: readRegistration,
  render: ({ deviceId, mqtt, apiTls }): JsonObject => ({
    id: /^\d+$/.test(deviceId) ? Number(deviceId) : deviceId,
    mqtt: {
      username: mqtt.username,
      password: mqtt.password,
      broker: brokerUrl(mqtt.broker),
      brokerConfig: { ...mqtt.broker },
    },
    ...(apiTls === undefined ? {} : { api: { tlsConfig: { ...apiTls } } }),
  }),
  describe: ({ deviceId, mqtt }) => `registered as ${deviceId}, broker ${brokerUrl(mqtt.broker)}`,
});

function readRegistration(wire: Static<typeof RegisterReplyWire>): Registration {
  const { username, password, broker, brokerUrl: olderUrl, brokerConfig } = wire.mqtt;
  const found = brokerConfig ?? parseBrokerUrl(broker ?? olderUrl ?? "");
  if (found === undefined) {
    const accepted = "brokerConfig or a broker URL";
    throw wireProblem({ reason: "shape", path: "register reply.mqtt", found: "no broker", accepted });
  }
  const tls = wire.api?.tlsConfig;
  return {
    deviceId: String(wire.id ?? wire.device?.deviceId ?? ""),
    mqtt: { username, password, broker: found },
    ...(tls === undefined ? {} : { apiTls: { caCert: tls.caCert, verifyCertificate: tls.verifyCertificate ?? true } }),
  };
}
