import { type Static, Type } from "typebox";

/** How a device reaches its MQTT broker: what the cloud sends at registration and keeps under `mqtt.brokers.<id>`. */
export const BrokerConfig = Type.Object({
  protocol: Type.Union([Type.Literal("mqtt"), Type.Literal("mqtts")]),
  host: Type.String({ minLength: 1 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  useTls: Type.Boolean(),
  verifyCertificate: Type.Optional(Type.Boolean()),
  caCert: Type.Optional(Type.String()),
  clientCert: Type.Optional(Type.String()),
  clientKey: Type.Optional(Type.String()),
  clientIdPrefix: Type.Optional(Type.String()),
  /** Seconds. */
  keepAlive: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  cleanSession: Type.Optional(Type.Boolean()),
  /** Milliseconds. */
  reconnectPeriod: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Milliseconds. */
  connectTimeout: Type.Optional(Type.Integer({ minimum: 1 })),
});

export type BrokerConfig = Static<typeof BrokerConfig>;

/** `mqtts://host:port`. */
export const brokerUrl = ({ protocol, host, port }: Pick<BrokerConfig, "protocol" | "host" | "port">): string =>
  `${protocol}://${host.includes(":") ? `[${host}]` : host}:${port}`;

const BROKER_URL = /^(mqtts?|tcp|ssl|tls):\/\/(\[[0-9a-fA-F:]+\]|[^:/[\]@]+)(?::(\d{1,5}))?\/?$/;

/** Protocol, host and port of a broker's URL (default ports 1883 and 8883); `undefined` when it is none. */
export function parseBrokerUrl(url: string): Pick<BrokerConfig, "protocol" | "host" | "port" | "useTls"> | undefined {
  const parts = BROKER_URL.exec(url);
  if (parts === null) return undefined;
  const [, scheme, host, portText] = parts;
  const useTls = scheme !== "mqtt" && scheme !== "tcp";
  const port = portText === undefined ? (useTls ? 8_883 : 1_883) : Number(portText);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { protocol: useTls ? "mqtts" : "mqtt", host: host.replace(/^\[|\]$/g, ""), port, useTls };
}

/** A PEM text in which line breaks came as the two characters `\n`. */
export const unescapePem = (pem: string): string => pem.replaceAll("\\n", "\n");
