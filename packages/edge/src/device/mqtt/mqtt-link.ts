import {
  between,
  type Channel,
  type ChannelEnd,
  type Duration,
  messageOf,
  milliseconds,
  NetworkError,
  seconds,
  tcp,
} from "@understudy/kernel";
import { unescapePem } from "../../wire/cloud/broker-config.ts";
import { type DeviceStatus, deviceStatus } from "../../wire/cloud/device-status.ts";
import { deviceTopic, mqttUserOf, parseDeviceTopic } from "../../wire/cloud/device-topics.ts";
import type { Registration } from "../../wire/cloud/registration.ts";
import {
  CONNACK,
  type ConnectFrame,
  type MqttFrame,
  type Payload,
  PINGREQ,
  type PublishFrame,
  type Qos,
} from "../../wire/mqtt/frame.ts";
import { jsonPayload } from "../../wire/mqtt/payload.ts";
import { mqttProtocol } from "../../wire/mqtt/protocol.ts";
import type { AgentCore } from "../agent-core.ts";
import { readIdentity } from "../agent-files.ts";
import { backoff, MQTT_BACKOFF } from "../backoff.ts";
import { DEVICE_DEFAULTS, optionsOf } from "../options.ts";

/** Who uses the link. Nothing here waits: what takes time is woken. */
export interface LinkUser {
  linked(): void;
  unlinked(): void;
  /** The broker has taken a message of QoS 1. */
  delivered(messageId: number): void | Promise<void>;
  /** A message on a topic of this device; `rest` is what follows its uuid. */
  received(rest: string, payload: Payload): void | Promise<void>;
}

/** Topics that every agent listens to, below its own prefix. */
const SUBSCRIBED = ["agent/update"] as const;

const CONNECT_TIMEOUT: Duration = seconds(10);
const DEFAULT_KEEP_ALIVE_S = 60;
const LAST_MESSAGE_ID = 65_535;

/** The protocol has no state; all links share it. */
const MQTT = mqttProtocol();

type Phase = "down" | "connecting" | "up";

/**
 * A device's connection to its broker: a clean session with a will, subscribed anew after each connect, pinged when idle,
 * tried again with growing waits. One wake-up, `mqtt`, serves all of it.
 */
export class MqttLink implements ChannelEnd<MqttFrame> {
  readonly #core: AgentCore;
  readonly #user: LinkUser;
  #channel: Channel<MqttFrame> | undefined;
  #phase: Phase = "down";
  #failures = 0;
  #lastMessageId = 0;
  /** Milliseconds since boot, which stay small numbers. */
  #sentAt = 0;
  #awaitsPong = false;
  /** Seconds; as the last connection was told. */
  #keepAliveS = DEFAULT_KEEP_ALIVE_S;
  /** First wait between attempts that the cloud asks for, in milliseconds; 0: our own. */
  #firstWait = 0;

  constructor(core: AgentCore, user: LinkUser) {
    this.#core = core;
    this.#user = user;
  }

  get isUp(): boolean {
    return this.#phase === "up";
  }

  start(): void {
    this.#wake(milliseconds(0));
  }

  /** The wake-up: time to dial, to give up waiting for CONNACK, or to ping. */
  async wake(): Promise<void> {
    switch (this.#phase) {
      case "down":
        await this.#dial();
        return;
      case "connecting":
        this.#drop("no answer to CONNECT");
        return;
      case "up":
        await this.#keepAlive();
    }
  }

  /** Sends a message of this device; its message id for QoS 1, 0 for QoS 0, `undefined` when the link is down. */
  publish(rest: string, payload: Payload, qos: Qos, options: { readonly retain?: boolean } = {}): number | undefined {
    if (this.#phase !== "up") return undefined;
    const topic = deviceTopic(this.#core.identity.uuid, rest);
    const base = { cmd: "publish", topic, payload, qos, retain: options.retain === true, dup: false } as const;
    if (qos === 0) {
      this.#send(base);
      return 0;
    }
    const messageId = this.#nextMessageId();
    this.#send({ ...base, messageId });
    return messageId;
  }

  frame(channel: Channel<MqttFrame>, frame: MqttFrame): void | Promise<void> {
    if (channel !== this.#channel) return;
    switch (frame.cmd) {
      case "connack":
        this.#connected(frame.returnCode);
        return;
      case "publish":
        return this.#receive(frame);
      case "puback":
        return this.#user.delivered(frame.messageId);
      case "pingresp":
        this.#awaitsPong = false;
        return;
      case "suback":
        if (frame.granted.some((granted) => granted > 2))
          this.#core.world.log.warn("the broker refused a subscription");
        return;
      default:
        this.#core.world.log.warn(() => `the broker sent ${frame.cmd}, which is not for a client`);
    }
  }

  closed(channel: Channel<MqttFrame>, reason: string): void {
    if (channel === this.#channel) this.#lost(reason);
  }

  async #dial(): Promise<void> {
    const registration = (await readIdentity(this.#core.world.storage))?.registration;
    if (registration === undefined) return;
    const { broker } = registration.mqtt;
    this.#keepAliveS = optionsOf(this.#core.spec).keepAliveS ?? broker.keepAlive ?? DEFAULT_KEEP_ALIVE_S;
    this.#firstWait = broker.reconnectPeriod ?? 0;
    const fault = await this.#core.strike("mqtt-connect");
    if (fault?.error !== undefined) return this.#lost(fault.error);
    const timeout = broker.connectTimeout === undefined ? CONNECT_TIMEOUT : milliseconds(broker.connectTimeout);
    const tls = tlsOf(registration);
    try {
      const address = tcp(broker.host, broker.port);
      const channel = await this.#core.world.network.dial(address, MQTT, this, {
        timeout,
        ...(tls === undefined ? {} : { tls }),
      });
      this.#channel = channel;
      this.#phase = "connecting";
      this.#wake(timeout);
      this.#send(this.#connectFrame(registration));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#lost(`${error.code}: ${messageOf(error)}`);
    }
  }

  #connectFrame({ mqtt }: Registration): ConnectFrame {
    const { uuid } = this.#core.identity;
    const gone: DeviceStatus = { status: "offline", reason: "lwt", timestamp: this.#core.world.clock.now() };
    return {
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: mqtt.broker.cleanSession ?? true,
      clientId: mqttUserOf(uuid),
      keepalive: this.#keepAliveS,
      username: mqtt.username,
      password: mqtt.password,
      will: {
        topic: deviceTopic(uuid, "status"),
        payload: jsonPayload(deviceStatus.render(gone)),
        qos: 1,
        retain: true,
      },
    };
  }

  #connected(returnCode: number): void {
    if (this.#phase !== "connecting") return;
    if (returnCode !== CONNACK.accepted) return this.#drop(`CONNACK ${returnCode}`);
    this.#phase = "up";
    this.#failures = 0;
    this.#awaitsPong = false;
    const { uuid } = this.#core.identity;
    const subscriptions = SUBSCRIBED.map((rest) => ({ topic: deviceTopic(uuid, rest), qos: 1 }) as const);
    this.#send({ cmd: "subscribe", messageId: this.#nextMessageId(), subscriptions });
    const { agentVersion = DEVICE_DEFAULTS.agentVersion } = optionsOf(this.#core.spec);
    const here: DeviceStatus = { status: "online", version: agentVersion, timestamp: this.#core.world.clock.now() };
    this.publish("status", jsonPayload(deviceStatus.render(here)), 1, { retain: true });
    this.#wakeForPing();
    this.#core.change("mqtt-connected", { mqtt: true });
    this.#user.linked();
  }

  #receive(frame: PublishFrame): void | Promise<void> {
    if (frame.qos > 0 && frame.messageId !== undefined) this.#send({ cmd: "puback", messageId: frame.messageId });
    const to = parseDeviceTopic(frame.topic);
    if (to?.uuid === this.#core.identity.uuid) return this.#user.received(to.rest, frame.payload);
  }

  async #keepAlive(): Promise<void> {
    const keepAlive = seconds(this.#keepAliveS);
    const idle = this.#uptime() - this.#sentAt;
    if (idle >= keepAlive) {
      if (this.#awaitsPong) return this.#drop("no answer to PINGREQ");
      const fault = await this.#core.strike("mqtt-ping");
      if (fault?.error !== undefined) return this.#drop(fault.error);
      this.#awaitsPong = true;
      this.#send(PINGREQ);
    }
    this.#wakeForPing();
  }

  #wakeForPing(): void {
    const keepAlive = seconds(this.#keepAliveS);
    if (keepAlive === 0) this.#core.world.clock.cancelWake("mqtt");
    else this.#wake(milliseconds(this.#sentAt + keepAlive - this.#uptime()));
  }

  /** Our own broken connection: the other end hears nothing more from us, and our will is carried out. */
  #drop(reason: string): void {
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close(reason);
    this.#lost(reason);
  }

  #lost(reason: string): void {
    this.#channel = undefined;
    this.#phase = "down";
    this.#failures++;
    this.#core.change("mqtt-lost", { mqtt: false }, { reason });
    this.#wake(backoff(this.#schedule(), this.#failures, this.#core.draw()));
    this.#user.unlinked();
  }

  #schedule(): typeof MQTT_BACKOFF {
    return this.#firstWait === 0 ? MQTT_BACKOFF : { ...MQTT_BACKOFF, first: milliseconds(this.#firstWait) };
  }

  #send(frame: MqttFrame): void {
    this.#sentAt = this.#uptime();
    // A frame that cannot be sent any more is told by `closed`.
    this.#channel?.send(frame).catch(() => undefined);
  }

  #nextMessageId(): number {
    this.#lastMessageId = this.#lastMessageId >= LAST_MESSAGE_ID ? 1 : this.#lastMessageId + 1;
    return this.#lastMessageId;
  }

  #uptime(): number {
    return between(this.#core.bootedAt, this.#core.world.clock.now());
  }

  #wake(after: Duration): void {
    this.#core.world.clock.wake(after, { name: "mqtt" });
  }
}

function tlsOf({ mqtt }: Registration) {
  const { useTls, caCert, verifyCertificate, clientCert, clientKey } = mqtt.broker;
  if (!useTls) return undefined;
  return {
    verify: verifyCertificate ?? true,
    ...(caCert === undefined ? {} : { ca: [unescapePem(caCert)] }),
    ...(clientCert === undefined || clientKey === undefined
      ? {}
      : { certificate: unescapePem(clientCert), key: unescapePem(clientKey) }),
  };
}
