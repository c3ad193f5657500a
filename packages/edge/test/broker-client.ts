import type { Channel, ChannelEnd } from "@understudy/kernel";
import type { ConnectFrame, MqttFrame, Payload, PublishFrame, Qos } from "../src/wire/mqtt/frame.ts";
import { payloadBytes, textPayload } from "../src/wire/mqtt/payload.ts";

interface Waiting {
  readonly wants: (frame: MqttFrame) => boolean;
  readonly resolve: (frame: MqttFrame) => void;
  readonly reject: (error: Error) => void;
}

/** How a test reaches a broker. */
export type Dial = (end: ChannelEnd<MqttFrame>) => Promise<Channel<MqttFrame>>;

export type ConnectOptions = Partial<Omit<ConnectFrame, "cmd">>;

/** A client made of raw control packets: what it sends and when is the test's to say. */
export class BrokerClient implements ChannelEnd<MqttFrame> {
  readonly #received: MqttFrame[] = [];
  #waiting: Waiting | undefined;
  #channel: Channel<MqttFrame> | undefined;
  #ended: string | undefined;
  #onEnd: (() => void) | undefined;
  #lastMessageId = 0;
  /** PUBACK is sent by itself; switch it off to be slow. */
  acknowledges = true;

  /** Connects the socket, and says nothing. */
  static async raw(dial: Dial): Promise<BrokerClient> {
    const client = new BrokerClient();
    client.#channel = await dial(client);
    return client;
  }

  /** Connects and expects to be let in. */
  static async connect(dial: Dial, options: ConnectOptions = {}): Promise<BrokerClient> {
    const client = await BrokerClient.raw(dial);
    const { returnCode } = await client.introduce(options);
    if (returnCode !== 0) throw new Error(`CONNACK ${returnCode}`);
    return client;
  }

  async introduce(
    options: ConnectOptions = {},
  ): Promise<{ readonly returnCode: number; readonly sessionPresent: boolean }> {
    const defaults = { protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: "", keepalive: 0 } as const;
    await this.send({ cmd: "connect", ...defaults, username: "root", password: "root-password", ...options });
    const answer = await this.next("connack");
    return answer;
  }

  async send(frame: MqttFrame): Promise<void> {
    await this.#channel?.send(frame);
  }

  /** The next frame of that kind; others stay where they are. */
  async next<Cmd extends MqttFrame["cmd"]>(cmd: Cmd): Promise<MqttFrame & { readonly cmd: Cmd }> {
    const wants = (frame: MqttFrame): boolean => frame.cmd === cmd;
    const at = this.#received.findIndex(wants);
    const found = at < 0 ? await this.#wait(wants, cmd) : this.#received.splice(at, 1)[0];
    return found as MqttFrame & { readonly cmd: Cmd }; // `wants` has looked.
  }

  /** The next message as topic and text, with a mark for retained ones. */
  async message(): Promise<string> {
    const { topic, payload, retain } = await this.next("publish");
    return `${retain ? "retained " : ""}${topic}: ${payloadBytes(payload).toString()}`;
  }

  async messages(count: number): Promise<readonly string[]> {
    const found: string[] = [];
    while (found.length < count) found.push(await this.message());
    return found;
  }

  /** Everything that the broker had to send before it answered a ping; for `nothing came`. */
  async rest(): Promise<readonly MqttFrame[]> {
    await this.send({ cmd: "pingreq" });
    await this.next("pingresp");
    return this.#received.splice(0);
  }

  async subscribe(...filters: readonly (string | readonly [string, Qos])[]): Promise<readonly number[]> {
    const subscriptions = filters.map((filter) =>
      typeof filter === "string" ? ({ topic: filter, qos: 1 } as const) : { topic: filter[0], qos: filter[1] },
    );
    await this.send({ cmd: "subscribe", messageId: this.#nextId(), subscriptions });
    return (await this.next("suback")).granted;
  }

  /** Publishes; for QoS 1 and 2 until the broker has confirmed. */
  async publish(
    topic: string,
    text: string | Payload,
    options: Partial<Pick<PublishFrame, "qos" | "retain">> = {},
  ): Promise<void> {
    const { qos = 1, retain = false } = options;
    const payload = typeof text === "string" ? textPayload(text) : text;
    const base = { cmd: "publish", topic, payload, retain, dup: false } as const;
    if (qos === 0) return await this.send({ ...base, qos });
    const messageId = this.#nextId();
    await this.send({ ...base, qos, messageId });
    if (qos === 1) {
      await this.next("puback");
      return;
    }
    await this.next("pubrec");
    await this.send({ cmd: "pubrel", messageId });
    await this.next("pubcomp");
  }

  /** Says good-bye, and waits until the broker has closed. */
  async leave(): Promise<void> {
    await this.send({ cmd: "disconnect" });
    await this.ended();
  }

  /** Goes away without a word. */
  vanish(): void {
    this.#channel?.close("vanished");
  }

  /** Resolves when the connection has ended, with the reason. */
  async ended(): Promise<string> {
    if (this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        this.#onEnd = resolve;
      });
    }
    return this.#ended ?? "";
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  frame(_channel: Channel<MqttFrame>, frame: MqttFrame): void {
    if (frame.cmd === "publish" && frame.qos === 1 && frame.messageId !== undefined && this.acknowledges) {
      this.send({ cmd: "puback", messageId: frame.messageId }).catch(() => undefined); // The test ends connections as it likes.
    }
    const waiting = this.#waiting;
    if (waiting?.wants(frame) !== true) {
      this.#received.push(frame);
      return;
    }
    this.#waiting = undefined;
    waiting.resolve(frame);
  }

  closed(_channel: Channel<MqttFrame>, reason: string): void {
    this.#ended = reason;
    this.#onEnd?.();
    this.#waiting?.reject(new Error(`The broker closed the connection: ${reason}`));
    this.#waiting = undefined;
  }

  #wait(wants: (frame: MqttFrame) => boolean, what: string): Promise<MqttFrame> {
    if (this.#ended !== undefined)
      return Promise.reject(new Error(`No ${what}: the connection has ended (${this.#ended})`));
    return new Promise((resolve, reject) => {
      this.#waiting = { wants, resolve, reject };
    });
  }

  #nextId(): number {
    return ++this.#lastMessageId;
  }
}
