import { type Duration, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { ACCESS, type AccessRule } from "../src/wire/mqtt/access.ts";
import { jsonPayload, payloadBytes } from "../src/wire/mqtt/payload.ts";
import { BrokerClient, type ConnectOptions, type Dial } from "./broker-client.ts";

/** A broker that runs, as the suite sees it. */
export interface BrokerUnderTest extends AsyncDisposable {
  readonly dial: Dial;
  /** Lets so much of the broker's time pass. */
  pass(span: Duration): Promise<void>;
}

/** Whom a broker under test must let in: password is the name followed by `-password`. */
export const USERS: Readonly<Record<string, readonly AccessRule[]>> = {
  root: [{ topic: "#", access: ACCESS.all }],
  alice: [
    { topic: "alice/#", access: ACCESS.all, clientid: "alice" },
    { topic: "shared/+", access: ACCESS.all },
  ],
  reader: [{ topic: "shared/#", access: ACCESS.read + ACCESS.subscribe }],
};

const as = (user: string, clientId = user): ConnectOptions => ({
  username: user,
  password: `${user}-password`,
  clientId,
});

/** What every broker of ours must do, whoever wrote it and whatever it runs on. */
export function brokerConformance(name: string, start: () => Promise<BrokerUnderTest>): void {
  describe(name, () => {
    describe("connecting", () => connecting(start));
    describe("delivery", () => delivery(start));
    describe("retained messages", () => retained(start));
    describe("wills and keep-alive", () => wills(start));
    describe("sessions", () => sessions(start));
    describe("access", () => access(start));
  });
}

type Start = () => Promise<BrokerUnderTest>;

function connecting(start: Start): void {
  test.each([
    ["a known user", as("alice"), 0],
    ["no client id, clean session", { ...as("alice", ""), clean: true }, 0],
    ["a wrong password", { ...as("alice"), password: "wrong" }, 4],
    ["an unknown user", { ...as("mallory") }, 4],
  ] as const)("%s", async (_, options, returnCode) => {
    await using broker = await start();
    const client = await BrokerClient.raw(broker.dial);
    expect(await client.introduce(options)).toEqual({ cmd: "connack", returnCode, sessionPresent: false });
    if (returnCode !== 0) await client.ended();
  });

  test("a client that does not begin with CONNECT, or repeats it, is cut off", async () => {
    await using broker = await start();
    const silent = await BrokerClient.raw(broker.dial);
    await silent.send({ cmd: "pingreq" });
    await silent.ended();
    const eager = await BrokerClient.connect(broker.dial, as("alice"));
    await eager.introduce(as("alice")).catch(() => undefined);
    await eager.ended();
  });

  test("a client that publishes to a wildcard is cut off", async () => {
    await using broker = await start();
    const client = await BrokerClient.connect(broker.dial);
    await client.publish("a/+", "x", { qos: 0 });
    await client.ended();
  });

  test("the same client again takes over; the old connection is cut off", async () => {
    await using broker = await start();
    const first = await BrokerClient.connect(broker.dial, as("alice"));
    const second = await BrokerClient.connect(broker.dial, as("alice"));
    await first.ended();
    await second.subscribe("alice/x");
    await second.publish("alice/x", "still here");
    expect(await second.message()).toBe("alice/x: still here");
  });
}

function delivery(start: Start): void {
  test.each([
    [0, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
    [1, 1, 1],
    [2, 1, 1],
  ] as const)(
    "published with QoS %i, subscribed with %i, delivered with %i",
    async (published, subscribed, delivered) => {
      await using broker = await start();
      const client = await BrokerClient.connect(broker.dial);
      expect(await client.subscribe(["t", subscribed])).toEqual([subscribed]);
      await client.publish("t", "x", { qos: published });
      const frame = await client.next("publish");
      expect({ ...frame, payload: payloadBytes(frame.payload).toString() }).toEqual({
        cmd: "publish",
        topic: "t",
        payload: "x",
        qos: delivered,
        retain: false,
        dup: false,
        ...(delivered === 0 ? {} : { messageId: frame.messageId }),
      });
    },
  );

  test("wildcards take what they stand for, and nothing else", async () => {
    await using broker = await start();
    const client = await BrokerClient.connect(broker.dial);
    await client.subscribe("home/+/light", "cellar/#", "attic");
    const topics = ["home/hall/light", "home/light", "home/hall/light/on", "cellar", "cellar/a/b", "cellars", "attic"];
    for (const topic of topics) await client.publish(topic, "1", { qos: 0 });
    await client.publish("attic", "last");
    expect(await client.messages(5)).toEqual([
      "home/hall/light: 1",
      "cellar: 1",
      "cellar/a/b: 1",
      "attic: 1",
      "attic: last",
    ]);
  });

  test("every subscriber gets a message, its publisher too; who unsubscribed does not", async () => {
    await using broker = await start();
    const [one, two, gone] = await Promise.all([0, 1, 2].map(() => BrokerClient.connect(broker.dial)));
    for (const client of [one, two, gone]) await client?.subscribe("news");
    await gone?.send({ cmd: "unsubscribe", messageId: 9, unsubscriptions: ["news"] });
    expect(await gone?.next("unsuback")).toEqual({ cmd: "unsuback", messageId: 9 });
    await one?.publish("news", "hello");
    expect([await one?.message(), await two?.message()]).toEqual(["news: hello", "news: hello"]);
    expect(await gone?.rest()).toEqual([]);
  });

  test("many messages come in order, each once", async () => {
    await using broker = await start();
    const publisher = await BrokerClient.connect(broker.dial);
    const subscriber = await BrokerClient.connect(broker.dial);
    await subscriber.subscribe("t");
    const texts = Array.from({ length: 500 }, (_, index) => String(index));
    for (const text of texts) await publisher.publish("t", text, { qos: text.endsWith("0") ? 1 : 0 });
    expect(await subscriber.messages(500)).toEqual(texts.map((text) => `t: ${text}`));
  });

  test("a payload of JSON and one of any bytes come as they were sent", async () => {
    await using broker = await start();
    const client = await BrokerClient.connect(broker.dial);
    await client.subscribe("t");
    await client.publish("t", jsonPayload({ a: [1, "ü"] }));
    await client.publish("t", Uint8Array.from([0, 255, 128]));
    expect(await client.message()).toBe('t: {"a":[1,"ü"]}');
    expect([...payloadBytes((await client.next("publish")).payload)]).toEqual([0, 255, 128]);
  });

  test("a client that does not confirm gets a window of messages; the others wait for it", async () => {
    await using broker = await start();
    const publisher = await BrokerClient.connect(broker.dial);
    const slow = await BrokerClient.connect(broker.dial);
    slow.acknowledges = false;
    await slow.subscribe("t");
    const texts = Array.from({ length: 150 }, (_, index) => `t: ${index}`);
    for (let index = 0; index < 150; index++) await publisher.publish("t", String(index));
    const early = (await slow.rest()).filter((frame) => frame.cmd === "publish");
    expect(early.length).toBeGreaterThan(0);
    slow.acknowledges = true;
    for (const { messageId = 0 } of early) await slow.send({ cmd: "puback", messageId });
    const late = await slow.messages(150 - early.length);
    expect([...early.map(({ payload }) => `t: ${payloadBytes(payload).toString()}`), ...late]).toEqual(texts);
  });
}

function retained(start: Start): void {
  test("a new subscriber gets the last one, marked; one that is there gets it as any other", async () => {
    await using broker = await start();
    const client = await BrokerClient.connect(broker.dial);
    await client.subscribe("t");
    await client.publish("t", "old", { retain: true });
    await client.publish("t", "new", { retain: true });
    expect(await client.messages(2)).toEqual(["t: old", "t: new"]);
    const late = await BrokerClient.connect(broker.dial);
    await late.subscribe("t");
    expect(await late.message()).toBe("retained t: new");
  });

  test("a filter with wildcards gets all that it takes", async () => {
    await using broker = await start();
    const client = await BrokerClient.connect(broker.dial);
    for (const topic of ["a/1", "a/2", "a/b/3", "c/4", "a"]) await client.publish(topic, topic, { retain: true });
    await client.subscribe("a/+");
    expect([...(await client.messages(2))].sort()).toEqual(["retained a/1: a/1", "retained a/2: a/2"]);
    await client.subscribe("a/#");
    expect((await client.messages(4)).length).toBe(4);
    expect(await client.rest()).toEqual([]);
  });

  test("an empty one takes it away", async () => {
    await using broker = await start();
    const client = await BrokerClient.connect(broker.dial);
    await client.publish("t", "x", { retain: true });
    await client.publish("t", "", { retain: true });
    await client.subscribe("t");
    expect(await client.rest()).toEqual([]);
  });
}

function wills(start: Start): void {
  const will = { topic: "alice/status", payload: jsonPayload({ status: "offline" }), qos: 1, retain: true } as const;
  const text = 'alice/status: {"status":"offline"}';

  test("the will of a client that vanishes is carried out and kept", async () => {
    await using broker = await start();
    const watcher = await BrokerClient.connect(broker.dial);
    await watcher.subscribe("alice/#");
    const client = await BrokerClient.connect(broker.dial, { ...as("alice"), will });
    client.vanish();
    expect(await watcher.message()).toBe(text);
    const late = await BrokerClient.connect(broker.dial);
    await late.subscribe("alice/status");
    expect(await late.message()).toBe(`retained ${text}`);
  });

  test("a client that says good-bye has no will", async () => {
    await using broker = await start();
    const watcher = await BrokerClient.connect(broker.dial);
    await watcher.subscribe("alice/#");
    const client = await BrokerClient.connect(broker.dial, { ...as("alice"), will });
    await client.leave();
    await watcher.publish("alice/end", "1");
    expect(await watcher.message()).toBe("alice/end: 1");
  });

  test("a client that is taken over leaves its will", async () => {
    await using broker = await start();
    const watcher = await BrokerClient.connect(broker.dial);
    await watcher.subscribe("alice/#");
    await BrokerClient.connect(broker.dial, { ...as("alice"), will });
    const second = await BrokerClient.connect(broker.dial, as("alice"));
    await second.publish("alice/status", "online");
    expect(await watcher.messages(2)).toEqual([text, "alice/status: online"]);
  });

  test("a client that is silent for one and a half keep-alives is cut off; one that pings is not", async () => {
    await using broker = await start();
    const watcher = await BrokerClient.connect(broker.dial);
    await watcher.subscribe("alice/#");
    const silent = await BrokerClient.connect(broker.dial, { ...as("alice"), will, keepalive: 2 });
    const lively = await BrokerClient.connect(broker.dial, { clientId: "lively", keepalive: 2 });
    for (let second = 0; second < 5; second++) {
      await broker.pass(seconds(1));
      if (lively.isOpen) await lively.rest();
    }
    await silent.ended();
    expect(await watcher.message()).toBe(text);
    expect([lively.isOpen, watcher.isOpen]).toEqual([true, true]);
  });
}

function sessions(start: Start): void {
  const persistent = { ...as("alice"), clean: false };

  test("a persistent session keeps subscriptions and messages of QoS 1", async () => {
    await using broker = await start();
    const publisher = await BrokerClient.connect(broker.dial);
    const before = await BrokerClient.connect(broker.dial, persistent);
    await before.subscribe("alice/t");
    await before.leave();
    await publisher.publish("alice/t", "lost", { qos: 0 });
    for (const text of ["one", "two"]) await publisher.publish("alice/t", text);
    const after = await BrokerClient.raw(broker.dial);
    expect(await after.introduce(persistent)).toMatchObject({ returnCode: 0, sessionPresent: true });
    expect(await after.messages(2)).toEqual(["alice/t: one", "alice/t: two"]);
    await publisher.publish("alice/t", "three");
    expect(await after.message()).toBe("alice/t: three");
  });

  test("what was sent and not confirmed is sent again, marked", async () => {
    await using broker = await start();
    const publisher = await BrokerClient.connect(broker.dial);
    const before = await BrokerClient.connect(broker.dial, persistent);
    before.acknowledges = false;
    await before.subscribe("alice/t");
    await publisher.publish("alice/t", "x");
    const first = await before.next("publish");
    before.vanish();
    const after = await BrokerClient.connect(broker.dial, persistent);
    const { dup, messageId, payload } = await after.next("publish");
    expect({ dup, messageId, text: payloadBytes(payload).toString() }).toEqual({
      dup: true,
      messageId: first.messageId,
      text: "x",
    });
  });

  test("a clean session begins with nothing, and ends the persistent one", async () => {
    await using broker = await start();
    const publisher = await BrokerClient.connect(broker.dial);
    const before = await BrokerClient.connect(broker.dial, persistent);
    await before.subscribe("alice/t");
    await before.leave();
    const clean = await BrokerClient.raw(broker.dial);
    expect(await clean.introduce(as("alice"))).toMatchObject({ sessionPresent: false });
    await publisher.publish("alice/t", "x");
    expect(await clean.rest()).toEqual([]);
    await clean.leave();
    const after = await BrokerClient.raw(broker.dial);
    expect(await after.introduce(persistent)).toMatchObject({ sessionPresent: false });
  });
}

function access(start: Start): void {
  test("a filter is granted only if the rules cover all of it", async () => {
    await using broker = await start();
    const alice = await BrokerClient.connect(broker.dial, as("alice"));
    expect(await alice.subscribe("alice/#", "alice/a/+", "shared/+", "shared/#", "#", "bob/x", "alice", "+/a")).toEqual(
      [1, 1, 1, 128, 128, 128, 1, 128],
    );
  });

  test("a message that may not be published reaches nobody", async () => {
    await using broker = await start();
    const root = await BrokerClient.connect(broker.dial);
    await root.subscribe("#");
    const alice = await BrokerClient.connect(broker.dial, as("alice"));
    await alice.publish("bob/x", "forged", { qos: 0, retain: true });
    const again = alice.isOpen ? alice : await BrokerClient.connect(broker.dial, as("alice"));
    await again.publish("shared/x", "allowed");
    expect(await root.message()).toBe("shared/x: allowed");
    const late = await BrokerClient.connect(broker.dial);
    await late.subscribe("bob/#");
    expect(await late.rest()).toEqual([]);
  });

  test("a rule for one client id is for no other", async () => {
    await using broker = await start();
    const other = await BrokerClient.connect(broker.dial, as("alice", "somebody"));
    expect(await other.subscribe("alice/#", "shared/x")).toEqual([128, 1]);
  });

  test("who may only read does not write", async () => {
    await using broker = await start();
    const reader = await BrokerClient.connect(broker.dial, as("reader"));
    expect(await reader.subscribe("shared/#")).toEqual([1]);
    const root = await BrokerClient.connect(broker.dial);
    await reader.publish("shared/x", "no", { qos: 0 });
    await root.publish("shared/x", "yes");
    const again = reader.isOpen ? await reader.message() : "shared/x: yes"; // A broker may cut off who tries.
    expect(again).toBe("shared/x: yes");
  });

  test("a will that may not be published is not", async () => {
    await using broker = await start();
    const root = await BrokerClient.connect(broker.dial);
    await root.subscribe("#");
    const will = { topic: "bob/status", payload: jsonPayload(1), qos: 0, retain: false } as const;
    const alice = await BrokerClient.connect(broker.dial, { ...as("alice"), will });
    alice.vanish();
    await root.publish("end", "1");
    expect(await root.message()).toBe("end: 1");
  });
}
