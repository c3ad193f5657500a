import type { EventRecorder, LabEvent } from "@understudy/kernel";

/** The newest events of a lab, and word of newer ones. */
export interface EventFeed {
  /** Number of the newest event; 0 when there was none yet. */
  readonly newest: number;
  /** Number of the oldest event that is kept; `newest + 1` when there is none. */
  readonly oldest: number;
  /** The kept event of that number. */
  at(n: number): LabEvent | undefined;
  /** Calls `onEvent` after each new event, until the returned function is called. */
  subscribe(onEvent: () => void): () => void;
}

/** Events kept unless said otherwise. */
const DEFAULT_RING_SIZE = 10_000;

/** Keeps the newest events of a lab; the oldest go first. */
export class EventRing implements EventFeed, EventRecorder {
  readonly #size: number;
  readonly #events: LabEvent[] = [];
  readonly #listeners = new Set<() => void>();
  #newest = 0;

  /** `size` in events; default {@link DEFAULT_RING_SIZE}. */
  constructor(size: number = DEFAULT_RING_SIZE) {
    this.#size = size;
  }

  get newest(): number {
    return this.#newest;
  }

  get oldest(): number {
    return this.#newest - this.#events.length + 1;
  }

  record(event: LabEvent): void {
    if (this.#events.length < this.#size) this.#events.push(event);
    else this.#events[this.#newest % this.#size] = event;
    this.#newest++;
    for (const listener of this.#listeners) listener();
  }

  at(n: number): LabEvent | undefined {
    if (n < this.oldest || n > this.#newest) return undefined;
    return this.#events[(n - 1) % this.#size];
  }

  subscribe(onEvent: () => void): () => void {
    this.#listeners.add(onEvent);
    return () => void this.#listeners.delete(onEvent);
  }
}
