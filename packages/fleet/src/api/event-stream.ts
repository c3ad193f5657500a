import {
  type Due,
  eventLine,
  type LabEvent,
  later,
  matchesGlob,
  seconds,
  type Ticket,
  type Timekeeper,
} from "@understudy/kernel";
import type { EventFeed } from "./event-ring.ts";

/** How long a stream may be silent. */
const HEARTBEAT = seconds(15);
/** Events per chunk, so that one reader's backlog does not hold up the others. */
const BATCH = 500;

const encoder = new TextEncoder();
const HELLO = "retry: 1000\n: connected\n\n";
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Which events a reader wants, and from where on. */
export interface StreamOrder {
  /** Number of the last event the reader has. One that does not exist yet is another run's: everything kept is sent. */
  readonly since: number;
  /** Globs. */
  readonly source?: string;
  readonly type?: string;
}

/**
 * A reader's place in the lab's events, as server-sent events. It keeps a number, not a queue: a reader that is too slow for the
 * ring is told what it missed. `signal` ends it.
 */
export class EventStream implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined>, Due {
  readonly #feed: EventFeed;
  readonly #time: Timekeeper;
  readonly #order: StreamOrder;
  readonly #unsubscribe: () => void;
  #at: number;
  #greeted = false;
  #ended = false;
  #wakeReader: (() => void) | undefined;
  #heartbeat: Ticket | undefined;
  #heartbeatDue = false;

  constructor(feed: EventFeed, time: Timekeeper, order: StreamOrder, signals: readonly (AbortSignal | undefined)[]) {
    this.#feed = feed;
    this.#time = time;
    this.#order = order;
    this.#at = order.since > feed.newest ? 0 : order.since;
    this.#unsubscribe = feed.subscribe(() => this.#wake());
    for (const signal of signals) {
      if (signal?.aborted === true) this.#end();
      else signal?.addEventListener("abort", () => this.#end(), { once: true });
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (!this.#ended) {
      const text = this.#greeting() + this.#batch() + this.#sign();
      if (text !== "") return { done: false, value: encoder.encode(text) };
      await this.#news();
    }
    return DONE;
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#end();
    return Promise.resolve(DONE);
  }

  /** The heartbeat. */
  due(): void {
    this.#heartbeat = undefined;
    this.#heartbeatDue = true;
    this.#wake();
  }

  #greeting(): string {
    if (this.#greeted) return "";
    this.#greeted = true;
    return HELLO;
  }

  #batch(): string {
    let text = "";
    for (let taken = 0; taken < BATCH && this.#at < this.#feed.newest; ) {
      const n = this.#at + 1;
      const { oldest } = this.#feed;
      if (n < oldest) {
        text += `id: ${oldest - 1}\nevent: gap\ndata: ${JSON.stringify({ from: n, to: oldest - 1 })}\n\n`;
        this.#at = oldest - 1;
        continue;
      }
      const event = this.#feed.at(n);
      this.#at = n;
      if (event === undefined || !this.#wants(event)) continue;
      taken++;
      text += `id: ${n}\ndata: {"n":${n},${eventLine(event).slice(1)}\n\n`;
    }
    return text;
  }

  #sign(): string {
    if (!this.#heartbeatDue) return "";
    this.#heartbeatDue = false;
    return `id: ${this.#at}\n: still here\n\n`; // The id lets a reader whose filter matches seldom resume from here.
  }

  #wants(event: LabEvent): boolean {
    const { source, type } = this.#order;
    return (
      (source === undefined || matchesGlob(source, event.source)) &&
      (type === undefined || matchesGlob(type, event.type))
    );
  }

  #news(): Promise<void> {
    this.#heartbeat ??= this.#time.schedule(later(this.#time.now(), HEARTBEAT), this, 0);
    return new Promise((resolve) => {
      this.#wakeReader = resolve;
    });
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unsubscribe();
    if (this.#heartbeat !== undefined) this.#time.cancel(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#wake();
  }
}
