import {
  type Channel,
  type ChannelEnd,
  type HttpReply,
  type JsonObject,
  type JsonValue,
  json,
  readJson,
  type Site,
  seconds,
  UnderstudyError,
  UsageError,
} from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { OPERATOR_USER, settingsOf } from "../cloud/options.ts";
import { describeRefusal } from "../wire/cloud/cloud-error.ts";
import { deviceTopic } from "../wire/cloud/device-topics.ts";
import { CONNACK, DISCONNECT, type MqttFrame, type Payload } from "../wire/mqtt/frame.ts";
import { jsonPayload, textPayload } from "../wire/mqtt/payload.ts";
import { mqttProtocol } from "../wire/mqtt/protocol.ts";

const JsonMap = Type.Record(Type.String(), Type.Unknown());

const TargetAction = Type.Object(
  {
    apps: Type.Optional(JsonMap),
    config: Type.Optional(JsonMap),
    deploy: Type.Optional(Type.Boolean({ description: "Default true: devices see it at their next poll." })),
  },
  { additionalProperties: false, description: "Sets the target state of devices." },
);

const PublishAction = Type.Object(
  {
    topic: Type.String({ minLength: 1, description: "Below the device's own prefix, such as agent/update." }),
    payload: Type.Unknown(),
    qos: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)], { description: "Default 1." })),
    retain: Type.Optional(Type.Boolean({ description: "Default false." })),
  },
  { additionalProperties: false, description: "Publishes a message to devices over the broker." },
);

/** What an operator can do to edge devices, with the shapes of the arguments. */
export const ACTIONS = { target: TargetAction, publish: PublishAction } as const;

const JSON_TYPE = ["Content-Type", "application/json"] as const;
const EXCHANGE_TIMEOUT = seconds(30);
const MQTT = mqttProtocol();

/** Carries out an action over the cloud's public API. Throws `UsageError` for one that is not there. */
export async function act(site: Site, action: string, args: JsonObject): Promise<JsonObject> {
  switch (action) {
    case "target":
      return await setTargets(site, args as Static<typeof TargetAction>); // The lab has checked it by the schema.
    case "publish":
      return await publishToAll(site, args as Static<typeof PublishAction>); // The lab has checked it by the schema.
    default: {
      const known = Object.keys(ACTIONS).join(", ");
      throw new UsageError("unknown-action", `Edge devices know no action ${action}; known: ${known}.`, { action });
    }
  }
}

async function setTargets(
  site: Site,
  { apps, config, deploy = true }: Static<typeof TargetAction>,
): Promise<JsonObject> {
  const body = { ...(apps === undefined ? {} : { apps }), ...(config === undefined ? {} : { config }) };
  const versions: Record<string, JsonValue> = {};
  for (const device of site.devices) {
    const path = `/api/v1/devices/${uuidOf(site, device)}`;
    let reply = await call(site, "PUT", `${path}/target-state`, body);
    if (deploy) reply = await call(site, "POST", `${path}/deploy`, {});
    versions[device] = reply["version"] ?? null;
  }
  return { versions };
}

async function call(site: Site, method: string, target: string, body: unknown): Promise<JsonObject> {
  const endpoint = site.link.endpoints["http"] ?? site.link.endpoints["https"];
  if (endpoint === undefined) throw new UsageError("no-endpoint", `Cloud ${site.link.name} serves no HTTP API.`);
  const { adminToken } = settingsOf(site.cloudSpec.options);
  const headers = [JSON_TYPE, ["Authorization", `Bearer ${adminToken}`]] as const;
  const options =
    endpoint.tls === undefined ? { timeout: EXCHANGE_TIMEOUT } : { timeout: EXCHANGE_TIMEOUT, tls: endpoint.tls };
  const request = { method, target, version: "1.1", headers, body: json(body) } as const;
  const reply = await site.world.network.request(endpoint.address, request, options);
  if (reply.status >= 300) throw await refused(reply, `${method} ${target}`);
  return (await readJson(reply.body)) as JsonObject; // Our own cloud's.
}

async function refused(reply: HttpReply, what: string): Promise<UnderstudyError> {
  const said = await describeRefusal(reply);
  return new UnderstudyError("refused", `The cloud answered ${said} to ${what}.`, { status: reply.status });
}

function uuidOf(site: Site, device: string): string {
  const uuid = site.cloud.belief(device)?.["uuid"];
  if (typeof uuid === "string") return uuid;
  throw new UsageError("unknown-device", `Cloud ${site.link.name} does not know device ${device}.`, { device });
}

async function publishToAll(
  site: Site,
  { topic, payload, qos = 1, retain = false }: Static<typeof PublishAction>,
): Promise<JsonObject> {
  const endpoint = site.link.endpoints["mqtt"] ?? site.link.endpoints["mqtts"];
  if (endpoint === undefined) throw new UsageError("no-endpoint", `Cloud ${site.link.name} serves no broker.`);
  const publisher = new Publisher();
  const options = endpoint.tls === undefined ? {} : { tls: endpoint.tls };
  const channel = await site.world.network.dial(endpoint.address, MQTT, publisher, options);
  const { adminToken: password } = settingsOf(site.cloudSpec.options);
  const connect = {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "",
    keepalive: 0,
  } as const;
  await publisher.ask(channel, { ...connect, username: OPERATOR_USER, password }, "connack");
  const content: Payload = typeof payload === "string" ? textPayload(payload) : jsonPayload(payload as JsonValue); // Arguments are JSON.
  for (const [index, device] of site.devices.entries()) {
    const base = {
      cmd: "publish",
      topic: deviceTopic(uuidOf(site, device), topic),
      payload: content,
      retain,
      dup: false,
    } as const;
    if (qos === 0) await channel.send({ ...base, qos });
    else await publisher.ask(channel, { ...base, qos, messageId: (index % 65_535) + 1 }, "puback");
  }
  await channel.send(DISCONNECT);
  return { published: site.devices.length };
}

/** A client that sends one thing at a time and waits for its answer. */
class Publisher implements ChannelEnd<MqttFrame> {
  #waiting: { readonly cmd: string; resolve(): void; reject(error: Error): void } | undefined;

  async ask(channel: Channel<MqttFrame>, frame: MqttFrame, cmd: string): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      this.#waiting = { cmd, resolve, reject };
    });
    await channel.send(frame);
    await answered;
  }

  frame(_channel: Channel<MqttFrame>, frame: MqttFrame): void {
    const waiting = this.#waiting;
    if (waiting?.cmd !== frame.cmd) return;
    this.#waiting = undefined;
    if (frame.cmd === "connack" && frame.returnCode !== CONNACK.accepted) {
      waiting.reject(new UnderstudyError("refused", `The broker answered CONNACK ${frame.returnCode}.`));
    } else waiting.resolve();
  }

  closed(_channel: Channel<MqttFrame>, reason: string): void {
    this.#waiting?.reject(new UnderstudyError("closed", `The broker closed the connection: ${reason}.`));
  }
}
