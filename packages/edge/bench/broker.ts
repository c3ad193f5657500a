/**
 * The broker alone, in one process: bytes per idle connection (both ends), and messages per second from one publisher to one
 * subscriber. `node --conditions=understudy-source --expose-gc packages/edge/bench/broker.ts [connections]`
 */
import { type Channel, type ChannelEnd, InProcessNetwork, silentLogger, tcp, VirtualTime } from "@understudy/kernel";
import { Broker } from "../src/cloud/mqtt/broker.ts";
import type { BrokerHost, Retained } from "../src/cloud/mqtt/broker-host.ts";
import type { MqttFrame, Qos } from "../src/wire/mqtt/frame.ts";
import { jsonPayload } from "../src/wire/mqtt/payload.ts";
import { mqttProtocol } from "../src/wire/mqtt/protocol.ts";

const MESSAGES = 200_000;
const RULES = [{ topic: "#", access: 7 }];
const host: BrokerHost = {
  admit: async () => ({ kind: "admitted", username: "bench", rules: RULES }),
  published: () => undefined,
};
const nothing: Retained = {
  get: async () => undefined,
  matching: async () => [],
  put: async () => undefined,
  remove: async () => undefined,
};

class Client implements ChannelEnd<MqttFrame> {
  received = 0;
  confirmed = 0;

  frame(channel: Channel<MqttFrame>, frame: MqttFrame): Promise<void> | undefined {
    if (frame.cmd === "puback") this.confirmed++;
    if (frame.cmd !== "publish") return undefined;
    this.received++;
    return frame.messageId === undefined ? undefined : channel.send({ cmd: "puback", messageId: frame.messageId });
  }

  closed(): void {}
}

const time = new VirtualTime();
const network = new InProcessNetwork(time);
const clock = {
  now: () => time.now(),
  wake: () => undefined,
  cancelWake: () => undefined,
  dueOf: () => undefined,
  sleep: async () => undefined,
};
const at = tcp("broker", 1883);
await network.accept(at, mqttProtocol(), new Broker({ clock, log: silentLogger, host, retained: nothing }));

async function connect(clientId: string): Promise<{ readonly client: Client; readonly channel: Channel<MqttFrame> }> {
  const client = new Client();
  const channel = await network.dial(at, mqttProtocol(), client);
  await channel.send({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId, keepalive: 60 });
  return { client, channel };
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const count = Number(process.argv[2] ?? 20_000);
const before = heap();
const kept = [];
for (let index = 0; index < count; index++) {
  const one = await connect(`device_${index}`);
  await one.channel.send({
    cmd: "subscribe",
    messageId: 1,
    subscriptions: [{ topic: `iot/device/${index}/agent/update`, qos: 1 }],
  });
  kept.push(one);
}
await time.settle();
const bytesPerConnection = Math.round((heap() - before) / count);

async function messagesPerSecond(qos: Qos): Promise<number> {
  const publisher = await connect(`publisher-${qos}`);
  const subscriber = await connect(`subscriber-${qos}`);
  await subscriber.channel.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "bench/+", qos }] });
  await time.settle();
  const payload = jsonPayload({ value: 1 });
  const begun = performance.now();
  for (let index = 0; index < MESSAGES; index++) {
    const base = { cmd: "publish", topic: "bench/t", payload, retain: false, dup: false } as const;
    await publisher.channel.send(qos === 0 ? { ...base, qos } : { ...base, qos, messageId: (index % 65_535) + 1 });
  }
  while (subscriber.client.received < MESSAGES) await time.settle();
  return Math.round(MESSAGES / ((performance.now() - begun) / 1_000));
}

const figures = {
  bench: "edge broker",
  connections: kept.length,
  bytesPerConnection,
  qos0PerSecond: await messagesPerSecond(0),
  qos1PerSecond: await messagesPerSecond(1),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
