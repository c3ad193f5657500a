import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type Channel, type ChannelEnd, type Protocol, tcp } from "@understudy/kernel";
import { needs } from "@understudy/kernel/testing";
import { describe, expect, test } from "vitest";
import { BrokerClient } from "./broker-client.ts";
import { startOurs } from "./broker-unit.ts";

const mosquitto = needs("mosquitto");
const startOnTcp = () => startOurs("sockets", tcp("127.0.0.1", 0));
type Started = Awaited<ReturnType<typeof startOurs>>;

describe.skipIf(mosquitto.skip)("Mosquitto's own clients with our broker", () => {
  test("mosquitto_pub and mosquitto_sub exchange messages of every QoS", async () => {
    await using broker = await startOnTcp();
    const subscriber = await subscribe(broker, ["-t", "home/#", "-q", "1", "-C", "3", "-v"]);
    for (const qos of ["0", "1", "2"])
      await publish(broker.unit.address, ["-t", `home/${qos}`, "-m", "lit", "-q", qos]);
    expect(await subscriber.output).toBe("home/0 lit\nhome/1 lit\nhome/2 lit\n");
  });

  test("a retained message and a will reach mosquitto_sub", async () => {
    await using broker = await startOnTcp();
    await publish(broker.unit.address, ["-t", "alice/state", "-m", "kept", "-r", "-q", "1"]);
    const late = await subscribe(broker, ["-t", "alice/#", "-C", "2", "-F", "%r %t %p"]);
    const will = { topic: "alice/status", payload: Buffer.from("gone"), qos: 1, retain: true } as const;
    const client = await BrokerClient.connect(broker.dial, {
      username: "alice",
      password: "alice-password",
      clientId: "alice",
      will,
    });
    client.vanish();
    expect(await late.output).toBe("1 alice/state kept\n0 alice/status gone\n");
  });

  test("a wrong password, a protocol that is too new and a forbidden filter are refused in words the clients know", async () => {
    await using broker = await startOnTcp();
    const { address } = broker.unit;
    expect(
      await run("mosquitto_pub", address, ["-t", "a", "-m", "x"], { user: "root", password: "wrong" }),
    ).toMatchObject({
      code: 4,
      errors: expect.stringContaining("bad user name or password"),
    });
    expect((await run("mosquitto_pub", address, ["-t", "a", "-m", "x", "-V", "5"])).code).not.toBe(0);
    const forbidden = await run("mosquitto_sub", address, ["-t", "bob/#", "-C", "1"], {
      user: "alice",
      password: "alice-password",
    });
    expect(forbidden.errors).toContain("All subscription requests were denied");
  });
});

describe("bytes that are no MQTT", () => {
  test.each([
    ["a request of another protocol", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["a packet with a forbidden flag", Buffer.from([0x11, 0x00])],
    ["a packet larger than anybody may send", Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])],
    ["a persistent session without client id", connectBytes("", { clean: false })],
  ])("%s ends the connection", async (_, bytes) => {
    await using broker = await startOnTcp();
    const raw = new RawClient();
    const channel = await broker.site.cell.ground.network.dial(broker.unit.address, RAW, raw);
    await channel.send(bytes);
    await raw.ended;
    expect(broker.unit.broker.connections).toBe(0);
  });

  test("a CONNECT that arrives byte by byte is one", async () => {
    await using broker = await startOnTcp();
    const raw = new RawClient();
    const channel = await broker.site.cell.ground.network.dial(broker.unit.address, RAW, raw);
    for (const byte of connectBytes("slow", { clean: true })) await channel.send(Buffer.of(byte));
    expect((await raw.first).toString("hex")).toBe("20020004");
  });
});

/** CONNECT without user: refused by CONNACK 4 once it can be read. */
function connectBytes(clientId: string, { clean }: { readonly clean: boolean }): Buffer {
  const id = Buffer.from(clientId);
  const rest = Buffer.concat([Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, clean ? 2 : 0, 0, 0, 0, id.length]), id]);
  return Buffer.concat([Buffer.from([0x10, rest.length]), rest]);
}

const RAW: Protocol<Buffer> = {
  name: "raw",
  encode: (bytes) => bytes,
  decoder: () => ({ push: (chunk) => [Buffer.from(chunk)] }),
};

class RawClient implements ChannelEnd<Buffer> {
  readonly #ended = Promise.withResolvers<string>();
  readonly #first = Promise.withResolvers<Buffer>();

  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  get first(): Promise<Buffer> {
    return this.#first.promise;
  }

  frame(_channel: Channel<Buffer>, bytes: Buffer): void {
    this.#first.resolve(bytes);
  }

  closed(_channel: Channel<Buffer>, reason: string): void {
    this.#ended.resolve(reason);
  }
}

type At = ReturnType<typeof tcp> | { readonly kind: "unix"; readonly path: string };
interface Login {
  readonly user: string;
  readonly password: string;
}
const ROOT: Login = { user: "root", password: "root-password" };

function start(program: string, at: At, options: readonly string[], { user, password }: Login = ROOT): ChildProcess {
  const port = at.kind === "tcp" ? at.port : 0;
  const common = ["-h", "127.0.0.1", "-p", String(port), "-u", user, "-P", password, "-i", user];
  const id = program === "mosquitto_pub" ? common.slice(0, -2) : common;
  return spawn(join(mosquitto.folder.replace("/sbin", "/bin"), program), [...id, ...options], { stdio: "pipe" });
}

async function run(
  program: string,
  at: At,
  options: readonly string[],
  login?: Login,
): Promise<{ readonly code: number | null; readonly errors: string }> {
  const child = start(program, at, options, login);
  const errors = textOf(child, "stderr");
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, errors: await errors };
}

async function publish(at: At, options: readonly string[]): Promise<void> {
  const { code, errors } = await run("mosquitto_pub", at, options);
  if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}: ${errors}`);
}

/** Resolves when the subscription stands. */
async function subscribe(broker: Started, options: readonly string[]): Promise<{ readonly output: Promise<string> }> {
  const child = start("mosquitto_sub", broker.unit.address, options);
  const output = textOf(child, "stdout");
  const before = broker.unit.broker.subscriptions;
  await broker.site.until(() => broker.unit.broker.subscriptions > before, "mosquitto_sub to subscribe");
  return { output };
}

function textOf(child: ChildProcess, stream: "stdout" | "stderr"): Promise<string> {
  let text = "";
  child[stream]?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", () => resolve(text)));
}
