import {
  type Channel,
  type ChannelEnd,
  type ChannelHost,
  type Instant,
  type Logger,
  messageOf,
} from "@understudy/kernel";
import { type Caller, orderOf } from "../node/node.ts";
import { notConnected } from "../wire/api/answer.ts";
import type { CallSummary } from "../wire/api/call-summary.ts";
import { type RenderedAnswer, rendered } from "../wire/api/http.ts";
import type { ApiCall } from "../wire/api/request.ts";
import type { PanoramaFrame } from "../wire/link/panorama-frames.ts";
import type { OperationBook } from "./operation-book.ts";
import type { PushResult } from "./push/push-targets.ts";
import type { Registry } from "./registry.ts";

type PanoramaChannel = Channel<PanoramaFrame>;

/** Somebody who waits for a firewall's reply. */
interface Waiting {
  readonly channel: PanoramaChannel;
  readonly serial: string;
  readonly done: (answer: RenderedAnswer) => void;
}

/** Who wants to know what firewalls report, and when they leave. */
export interface SessionListener {
  /** Panorama's own release. */
  readonly version: string;
  /** Its part in its pair; absent where it is alone. */
  readonly role: string | undefined;
  pushEnded(serial: string, result: PushResult): Promise<void>;
  left(serial: string): Promise<void>;
  /** A firewall that has come back tells which pushes it has taken. */
  ordersKnown(serial: string, orders: readonly string[]): Promise<void>;
  /** Somebody has called a firewall directly. */
  called(serial: string, summary: CallSummary, started: number): void;
}

/** The connections of firewalls to Panorama, and the calls that go through them. */
export class Sessions implements ChannelHost<PanoramaFrame>, ChannelEnd<PanoramaFrame> {
  readonly #registry: Registry;
  readonly #operations: OperationBook;
  readonly #listener: SessionListener;
  readonly #now: () => Instant;
  readonly #log: Logger;
  readonly #channels = new Map<string, PanoramaChannel>();
  readonly #serials = new Map<PanoramaChannel, string>();
  readonly #waiting = new Map<number, Waiting>();
  #lastRequest = 0;

  constructor(
    registry: Registry,
    operations: OperationBook,
    listener: SessionListener,
    now: () => Instant,
    log: Logger,
  ) {
    this.#registry = registry;
    this.#operations = operations;
    this.#listener = listener;
    this.#now = now;
    this.#log = log;
  }

  accept(): ChannelEnd<PanoramaFrame> {
    return this;
  }

  frame(channel: PanoramaChannel, frame: PanoramaFrame): void | Promise<void> {
    switch (frame.kind) {
      case "hello":
        return this.#hello(channel, frame.facts.serial, frame.facts);
      case "push": {
        const serial = this.#serials.get(channel);
        if (serial !== undefined) return this.#registry.learn(serial, frame.facts);
        return;
      }
      case "operation": {
        const serial = this.#serials.get(channel);
        return serial === undefined ? undefined : this.#operations.note(serial, frame.operation);
      }
      case "reply":
        return this.#reply(channel, frame.id, frame);
      case "called": {
        const serial = this.#serials.get(channel);
        return serial === undefined ? undefined : this.#listener.called(serial, frame.summary, frame.started);
      }
      case "delivered": {
        const serial = this.#serials.get(channel);
        return serial === undefined ? undefined : this.#listener.pushEnded(serial, frame);
      }
      case "orders": {
        const serial = this.#serials.get(channel);
        return serial === undefined ? undefined : this.#listener.ordersKnown(serial, frame.known);
      }
      case "request":
      case "deliver":
      case "welcome":
      case "role":
        channel.close("unexpected");
    }
  }

  async #hello(
    channel: PanoramaChannel,
    serial: string,
    facts: Extract<PanoramaFrame, { kind: "hello" }>["facts"],
  ): Promise<void> {
    if (this.#registry.row(serial) === undefined) {
      channel.close("unknown serial");
      return;
    }
    const old = this.#channels.get(serial);
    if (old !== undefined && old !== channel) {
      this.#drop(old);
      old.close("replaced");
    }
    this.#channels.set(serial, channel);
    this.#serials.set(channel, serial);
    await this.#registry.learn(serial, facts, this.#now());
    if (this.#channels.get(serial) !== channel)
      this.#registry.disconnected(serial); // it left while its hello was written
    else this.#send(channel, { kind: "welcome", version: this.#listener.version, ...this.#role() });
  }

  async closed(channel: PanoramaChannel): Promise<void> {
    const serial = this.#serials.get(channel);
    this.#drop(channel);
    if (serial === undefined || this.#channels.has(serial)) return;
    this.#registry.disconnected(serial);
    await this.#listener.left(serial);
  }

  /** Forgets a channel; calls that wait on it are told that the firewall is not connected. */
  #drop(channel: PanoramaChannel): void {
    const serial = this.#serials.get(channel);
    this.#serials.delete(channel);
    if (serial !== undefined && this.#channels.get(serial) === channel) this.#channels.delete(serial);
    for (const [id, waiting] of this.#waiting) {
      if (waiting.channel !== channel) continue;
      this.#waiting.delete(id);
      waiting.done(rendered(notConnected(waiting.serial)));
    }
  }

  /** Has a connected firewall carry out a call. `signal` ends the wait when the client has gone. */
  call(serial: string, call: ApiCall, caller: Caller, signal?: AbortSignal): Promise<RenderedAnswer> {
    const channel = this.#channels.get(serial);
    if (channel === undefined || !channel.open) return Promise.resolve(rendered(notConnected(serial)));
    const id = ++this.#lastRequest;
    return new Promise((done) => {
      this.#waiting.set(id, { channel, serial, done });
      signal?.addEventListener("abort", () => this.#waiting.delete(id), { once: true });
      const file = call.file === undefined ? {} : { file: call.file };
      const frame = {
        kind: "request",
        id,
        admin: caller.admin,
        remote: caller.remote,
        parameters: call.parameters,
        ...orderOf(caller),
        ...file,
      } as const;
      this.#send(channel, frame);
    });
  }

  /** What cannot be sent any more is followed by `closed`. */
  #send(channel: PanoramaChannel, frame: PanoramaFrame): void {
    channel.send(frame).catch((error: unknown) => this.#log.debug(() => `a frame was not sent: ${messageOf(error)}`));
  }

  /** Tells all firewalls of Panorama's part in its pair. */
  tellRole(): void {
    const { role } = this.#role();
    if (role !== undefined) for (const channel of this.#channels.values()) this.#send(channel, { kind: "role", role });
  }

  #role(): { readonly role?: string } {
    const { role } = this.#listener;
    return role === undefined ? {} : { role };
  }

  /** Sends a connected firewall a configuration; false when it is not connected. */
  deliver(serial: string, frame: Extract<PanoramaFrame, { kind: "deliver" }>): boolean {
    const channel = this.#channels.get(serial);
    if (channel?.open !== true) return false;
    this.#send(channel, frame);
    return true;
  }

  #reply(channel: PanoramaChannel, id: number, answer: RenderedAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || waiting.channel !== channel) return;
    this.#waiting.delete(id);
    waiting.done(answer);
  }

  /** Panorama goes down. */
  closeAll(reason: string): void {
    for (const channel of [...this.#serials.keys()]) {
      const serial = this.#serials.get(channel);
      this.#drop(channel);
      channel.close(reason);
      if (serial !== undefined) this.#registry.disconnected(serial);
    }
  }
}
