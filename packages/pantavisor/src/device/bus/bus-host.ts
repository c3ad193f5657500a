import {
  type Channel,
  type ChannelEnd,
  type ChannelHost,
  type JsonObject,
  type Listener,
  milliseconds,
  unix,
} from "@understudy/kernel";
import { type BusMessage, type BusName, busMessage, readBusAnswer } from "../../wire/bus/bus-message.ts";
import { type BusFrame, type BusStyle, busProtocol } from "../../wire/bus/bus-protocol.ts";
import type { LogLine } from "../../wire/log-entries.ts";
import type { Core } from "../core.ts";
import { BUS_SOCKET } from "../layout.ts";
import { busMessagesOf, questionMessages } from "./bus-of-event.ts";
import type { DeviceBus, WaitingAnswer } from "./device-bus.ts";

/** Further peers are turned away. */
export const MAX_BUS_PEERS = 64;
/** Answers that may wait for their episode; further ones are refused. */
const MAX_WAITING = 64;
/** Name of the wake-up at which answers from the bus are taken. */
export const BUS_ANSWER_WAKE = "bus-answer";
/** Name of the wake-up at which a question learns that somebody has come or gone. */
export const ATTENDANCE_WAKE = "attendance";

/** The device's message bus: peers register under a name, see what happens, and answer questions. */
export class BusHost implements ChannelHost<BusFrame>, DeviceBus {
  readonly #core: Core;
  readonly #peers = new Set<BusPeer>();
  #answers: WaitingAnswer[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  get isAttended(): boolean {
    return [...this.#peers].some((peer) => peer.name === "renderer");
  }

  get hasPeers(): boolean {
    return this.#peers.size > 0;
  }

  accept(channel: Channel<BusFrame>): ChannelEnd<BusFrame> {
    const peer = new BusPeer(this, channel);
    this.#peers.add(peer);
    return peer;
  }

  left(peer: BusPeer): void {
    this.#peers.delete(peer);
    this.#attendanceChanged(peer);
  }

  /** A peer has a name now: it is told where things stand. */
  registered(peer: BusPeer): void {
    this.#attendanceChanged(peer);
    peer.send(busMessage("core", peer.name ?? "renderer", "response_ok"));
  }

  /** A peer is ready: it gets what it has missed. */
  ready(peer: BusPeer): void {
    const { state } = this.#core;
    for (const message of busMessagesOf({ type: "boot", change: { phase: state.phase } }, state))
      this.#deliver(message, peer);
    const { question } = state;
    if (typeof question !== "object" || question === null) return;
    for (const message of questionMessages(question as JsonObject, state)) this.#deliver(message, peer); // an open question is an object
  }

  /** An answer is taken in an episode of its own. False when too many wait. */
  answered(waiting: WaitingAnswer): boolean {
    if (this.#answers.length >= MAX_WAITING) return false;
    this.#answers.push(waiting);
    this.#core.world.clock.wake(milliseconds(0), { name: BUS_ANSWER_WAKE });
    return true;
  }

  takeAnswers(): readonly WaitingAnswer[] {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  told(type: string, change: JsonObject, about?: JsonObject): void {
    if (!this.hasPeers) return;
    for (const message of busMessagesOf({ type, change, ...(about === undefined ? {} : { about }) }, this.#core.state))
      this.#deliver(message);
  }

  logged({ at, subsystem, message }: LogLine): void {
    if (!this.hasPeers) return;
    const data = { level: "INFO", subsystem, message, timestamp: Math.floor(at / 1_000) };
    this.#deliver(busMessage("background_job", "logger", "log_message", data));
    this.#deliver(busMessage("logger", "renderer", "render_log", data));
  }

  synced(type: "sync_started" | "sync_progress" | "sync_completed", percentage: number, details: string): void {
    if (!this.hasPeers) return;
    this.#deliver(busMessage("background_job", "renderer", type, { percentage, details }));
    if (type === "sync_completed")
      this.#deliver(busMessage("background_job", "renderer", "sync_progress", { percentage, details }));
  }

  /** A message from one peer to the others of that name. */
  forward(message: BusMessage, from: BusPeer): void {
    for (const peer of this.#peers) if (peer !== from && peer.name === message.to) peer.send(message);
  }

  #deliver(message: BusMessage, only?: BusPeer): void {
    for (const peer of this.#peers) {
      if ((only === undefined || peer === only) && (peer.name === message.to || peer.name === "core"))
        peer.send(message);
    }
  }

  #attendanceChanged(peer: BusPeer): void {
    if (peer.name === "renderer") this.#core.world.clock.wake(milliseconds(0), { name: ATTENDANCE_WAKE });
  }
}

/** One connection to the bus. */
export class BusPeer implements ChannelEnd<BusFrame> {
  readonly #host: BusHost;
  readonly #channel: Channel<BusFrame>;
  #style: BusStyle = "frames";
  name: BusName | undefined;

  constructor(host: BusHost, channel: Channel<BusFrame>) {
    this.#host = host;
    this.#channel = channel;
  }

  frame(_channel: Channel<BusFrame>, { style, message }: BusFrame): void {
    this.#style = style;
    if (message === undefined) return;
    switch (message.type) {
      case "subsystem_init":
        if (message.to !== "core") return this.#host.forward(message, this);
        this.name = message.from;
        return this.#host.registered(this);
      case "subsystem_ready":
        return this.#host.ready(this);
      case "user_response":
      case "user_decision":
        return this.#answer(message);
      default:
        return this.#host.forward(message, this);
    }
  }

  closed(): void {
    this.#host.left(this);
  }

  /** A peer that does not read any more is closed by the network; nobody waits for it. */
  send(message: BusMessage): void {
    if (!this.#channel.open) return;
    this.#channel.send({ style: this.#style, message }).catch(() => undefined);
  }

  #answer(message: BusMessage): void {
    const answer = readBusAnswer(message.data);
    const reply = (text: BusMessage): void => this.send({ ...text, to: message.from });
    const taken = answer !== undefined && this.#host.answered({ answer, reply });
    if (!taken)
      reply(
        busMessage("core", message.from, "response_error", { message: "The answer cannot be read, or too many wait." }),
      );
  }
}

/** Serves the bus of this boot. */
export const serveBus = (core: Core, bus: BusHost): Promise<Listener> =>
  core.world.network.accept(unix(BUS_SOCKET), busProtocol, bus, {
    name: "bus",
    limits: { connections: MAX_BUS_PEERS },
  });
