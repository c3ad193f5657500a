import {
  type Channel,
  type ChannelEnd,
  type Duration,
  type Endpoint,
  type Fault,
  messageOf,
  NetworkError,
  seconds,
} from "@understudy/kernel";
import { answerUnder, throughPanorama } from "../node/api/transport-faults.ts";
import type { Caller } from "../node/node.ts";
import { type Answer, refused } from "../wire/api/answer.ts";
import type { CallSummary } from "../wire/api/call-summary.ts";
import { httpReply, type RenderedAnswer, rendered } from "../wire/api/http.ts";
import { type ApiCall, parameter } from "../wire/api/request.ts";
import {
  type DeviceFacts,
  type Operation,
  type PanoramaFrame,
  panoramaProtocol,
} from "../wire/link/panorama-frames.ts";
import { factsOf } from "./facts.ts";
import type { Firewall } from "./firewall.ts";
import { takePush } from "./take-push.ts";

const FIRST_RETRY: Duration = seconds(1);
const LAST_RETRY: Duration = seconds(30);

/** A Panorama that manages a firewall. */
export interface Manager {
  readonly endpoint: Endpoint;
  /** As it tells of itself. */
  readonly ip: string;
}

/** Who carries out the calls that come through Panorama. */
export interface CallAnswerer {
  answer(call: ApiCall, caller: Caller): Answer | Promise<Answer>;
  /** Panorama, on that release, knows that it is connected. */
  connected(version: string): void;
  /** A connection to a Panorama has come or gone. */
  linkChanged(): void;
  /** Its own listeners, as `host:port`. */
  readonly listen: DeviceFacts["listen"];
}

/** A firewall's connection to its Panorama: it dials, says hello, answers calls, and pushes what has changed. */
export class PanoramaLink implements ChannelEnd<PanoramaFrame> {
  readonly #firewall: Firewall;
  readonly #answerer: CallAnswerer;
  readonly #manager: Manager;
  readonly #wake: string;
  #isConnected = false;
  #role: string | undefined;
  #channel: Channel<PanoramaFrame> | undefined;
  #retry: Duration = FIRST_RETRY;

  /** `wake` is the wake-up at which it is to dial. */
  constructor(firewall: Firewall, answerer: CallAnswerer, manager: Manager, wake: string) {
    this.#firewall = firewall;
    this.#answerer = answerer;
    this.#manager = manager;
    this.#wake = wake;
  }

  get ip(): string {
    return this.#manager.ip;
  }

  /** Panorama knows of the connection. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** What Panorama has told of its part in its pair. */
  get role(): string | undefined {
    return this.#role;
  }

  #setConnected(connected: boolean): void {
    if (this.#isConnected === connected) return;
    this.#isConnected = connected;
    this.#answerer.linkChanged();
  }

  /** One attempt; another one is planned when it fails. */
  async dial(): Promise<void> {
    if (this.#channel?.open === true) return;
    const { network, log } = this.#firewall.world;
    const { address, tls } = this.#manager.endpoint;
    try {
      const channel = await network.dial(address, panoramaProtocol, this, tls === undefined ? {} : { tls });
      this.#channel = channel;
      this.#retry = FIRST_RETRY;
      await channel.send({ kind: "hello", facts: this.#facts() });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      log.debug(() => `Panorama cannot be reached: ${messageOf(error)}`);
      this.#planDial();
    }
  }

  /** Ends the connection, as going down does. */
  hangUp(reason: string): void {
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close(reason);
    this.#setConnected(false);
  }

  /** Tells Panorama what has changed. */
  push(): void {
    const channel = this.#channel;
    if (channel?.open === true) this.#send(channel, { kind: "push", facts: this.#facts() });
  }

  /** Tells Panorama of a call that came directly. */
  tellCall(summary: CallSummary, started: number): void {
    const channel = this.#channel;
    if (channel?.open === true) this.#send(channel, { kind: "called", started, summary });
  }

  /** Tells Panorama how operations stand. */
  report(operations: readonly Operation[]): void {
    const channel = this.#channel;
    if (channel?.open !== true) return;
    for (const operation of operations) this.#send(channel, { kind: "operation", operation });
  }

  frame(channel: Channel<PanoramaFrame>, frame: PanoramaFrame): void {
    if (frame.kind === "request") void this.#answer(channel, frame);
    if (frame.kind === "deliver") void this.#take(frame);
    if (frame.kind === "role" && channel === this.#channel) this.#role = frame.role;
    if (frame.kind === "welcome" && channel === this.#channel) {
      this.#role = frame.role;
      this.#setConnected(true);
      this.#answerer.connected(frame.version);
    }
  }

  async #take(frame: Extract<PanoramaFrame, { kind: "deliver" }>): Promise<void> {
    try {
      await takePush(this.#firewall, frame);
    } catch (error) {
      this.#firewall.world.log.error("a push could not be taken over", { error: messageOf(error) });
      this.tellPush(frame.order, { result: "FAIL", details: ["Internal Error"] });
    }
  }

  /** Tells Panorama which pushes have been taken. */
  tellOrders(known: readonly string[]): void {
    const channel = this.#channel;
    if (channel?.open === true) this.#send(channel, { kind: "orders", known: known.slice(-1000) });
  }

  /** Tells Panorama what became of a push. */
  tellPush(order: string, end: { readonly result: "OK" | "FAIL"; readonly details: readonly string[] }): void {
    const channel = this.#channel;
    const lines = end.result === "OK" ? [] : end.details;
    if (channel?.open === true) this.#send(channel, { kind: "delivered", order, result: end.result, lines });
  }

  closed(channel: Channel<PanoramaFrame>): void {
    if (channel !== this.#channel) return;
    this.#channel = undefined;
    this.#setConnected(false);
    this.#planDial();
  }

  async #answer(channel: Channel<PanoramaFrame>, request: Extract<PanoramaFrame, { kind: "request" }>): Promise<void> {
    const { parameters, file, admin, remote, id, order } = request;
    const vsys = parameter(parameters, "vsys");
    const call = { parameters, credentials: { kind: "none" }, ...(file === undefined ? {} : { file }) } as const;
    const part = { ...(vsys === undefined ? {} : { vsys }), ...(order === undefined ? {} : { order }) };
    const caller = { admin, by: "panorama", remote, ...part } as const;
    try {
      const fault = this.#firewall.strike("request");
      const carry = async (): Promise<RenderedAnswer> => rendered(await this.#answerer.answer(call, caller));
      const answer = fault === undefined ? await carry() : await this.#answerUnder(fault, carry);
      if (answer !== undefined) this.#send(channel, { kind: "reply", id, ...answer });
    } catch (error) {
      this.#firewall.world.log.error("a call through Panorama failed", { error: messageOf(error) });
      this.#send(channel, { kind: "reply", id, ...rendered(refused(2, "Internal Error")) });
    }
  }

  async #answerUnder(fault: Fault, carry: () => Promise<RenderedAnswer>): Promise<RenderedAnswer | undefined> {
    const answer = await answerUnder(fault, this.#firewall.world.clock, async () => httpReply(await carry()));
    return throughPanorama(answer, this.#firewall.profile.serial);
  }

  /** A frame that cannot be sent is of no use any more: the other end learns of the closed channel. */
  #send(channel: Channel<PanoramaFrame>, frame: PanoramaFrame): void {
    if (!channel.open) return;
    channel
      .send(frame)
      .catch((error: unknown) => this.#firewall.world.log.debug(() => `not sent: ${messageOf(error)}`));
  }

  #facts(): DeviceFacts {
    return factsOf(this.#firewall, this.#answerer.listen);
  }

  #planDial(): void {
    this.#firewall.world.clock.wake(this.#retry, { name: this.#wake });
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY) as Duration; // between two durations
  }
}
