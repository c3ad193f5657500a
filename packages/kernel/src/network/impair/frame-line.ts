import type { Due, Ticket, Timekeeper } from "../../time/clock.ts";
import { type Duration, type Instant, later } from "../../time/units.ts";
import { CHANNEL_QUEUE_FRAMES } from "../limits.ts";

/** Something under way, and when it arrives. */
interface Underway<T> {
  readonly at: Instant;
  readonly item: T;
}

/** Frames on their way in one direction: they arrive in order, one at a time, each not before its time. */
export class FrameLine<T> implements Due {
  readonly #time: Timekeeper;
  readonly #arrive: (item: T) => void | Promise<void>;
  #underway: Underway<T>[] = [];
  #waiting: (() => void)[] = [];
  #ticket: Ticket | undefined;
  #busy = false;

  constructor(time: Timekeeper, arrive: (item: T) => void | Promise<void>) {
    this.#time = time;
    this.#arrive = arrive;
  }

  get empty(): boolean {
    return this.#underway.length === 0 && !this.#busy;
  }

  /** Sends it on its way; resolves when not too many are. */
  push(item: T, passage: Duration): Promise<void> {
    const last = this.#underway.at(-1);
    const at = later(this.#time.now(), passage);
    this.#underway.push({ at: last !== undefined && last.at > at ? last.at : at, item });
    this.#next();
    if (this.#underway.length <= CHANNEL_QUEUE_FRAMES) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** What is under way is lost. */
  clear(): void {
    this.#underway = [];
    if (this.#ticket !== undefined) this.#time.cancel(this.#ticket);
    this.#ticket = undefined;
    this.#admit();
  }

  due(): void {
    this.#ticket = undefined;
    this.#next();
  }

  #next(): void {
    while (!this.#busy && this.#ticket === undefined) {
      const first = this.#underway[0];
      if (first === undefined) return;
      if (first.at > this.#time.now()) {
        this.#ticket = this.#time.schedule(first.at, this, 0);
        return;
      }
      this.#underway.shift();
      this.#admit();
      const result = this.#arrive(first.item);
      if (result instanceof Promise) this.#await(result);
    }
  }

  #await(result: Promise<void>): void {
    this.#busy = true;
    const done = (): void => {
      this.#busy = false;
      this.#next();
    };
    result.then(done, done); // whoever takes the frames answers for failures
  }

  #admit(): void {
    if (this.#underway.length > CHANNEL_QUEUE_FRAMES) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
