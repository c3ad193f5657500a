import type { Qos } from "../../wire/mqtt/frame.ts";
import { hasWildcard, isHiddenFrom } from "../../wire/mqtt/topic.ts";

/** One filter of one subscriber. */
export interface Subscription<Subscriber> {
  readonly subscriber: Subscriber;
  readonly filter: string;
  readonly qos: Qos;
  /** The next one of the same filter: a list without arrays, since most filters have one subscriber. */
  next: Subscription<Subscriber> | undefined;
}

interface Level<Subscriber> {
  readonly below: Map<string, Level<Subscriber>>;
  /** Subscriptions whose filter ends here. */
  first: Subscription<Subscriber> | undefined;
}

const newLevel = <Subscriber>(): Level<Subscriber> => ({ below: new Map(), first: undefined });

/**
 * Who wants which topics. Filters without wildcards, which is what devices have, cost one map entry; those with wildcards
 * stand in a tree of levels.
 */
export class Subscriptions<Subscriber> {
  readonly #exact = new Map<string, Subscription<Subscriber>>();
  readonly #root = newLevel<Subscriber>();
  #size = 0;

  /** Number of subscriptions. */
  get size(): number {
    return this.#size;
  }

  /** Replaces an earlier subscription of the same subscriber to the same filter. */
  add(subscriber: Subscriber, filter: string, qos: Qos): void {
    this.remove(subscriber, filter);
    this.#size++;
    if (hasWildcard(filter)) {
      const level = this.#levelOf(filter);
      level.first = { subscriber, filter, qos, next: level.first };
    } else {
      this.#exact.set(filter, { subscriber, filter, qos, next: this.#exact.get(filter) });
    }
  }

  /** Nothing happens when there is no such subscription. */
  remove(subscriber: Subscriber, filter: string): void {
    if (hasWildcard(filter)) {
      this.#removeBelow(this.#root, filter.split("/"), 0, subscriber);
      return;
    }
    const first = this.#without(this.#exact.get(filter), subscriber);
    if (first === undefined) this.#exact.delete(filter);
    else this.#exact.set(filter, first);
  }

  /** Calls `each` for every subscription whose filter takes the topic. */
  match(topic: string, each: (subscription: Subscription<Subscriber>) => void): void {
    visit(this.#exact.get(topic), each);
    if (this.#root.below.size > 0) this.#matchBelow(this.#root, topic, topic.split("/"), 0, each);
  }

  #levelOf(filter: string): Level<Subscriber> {
    let level = this.#root;
    for (const name of filter.split("/")) {
      let next = level.below.get(name);
      if (next === undefined) {
        next = newLevel();
        level.below.set(name, next);
      }
      level = next;
    }
    return level;
  }

  #matchBelow(
    level: Level<Subscriber>,
    topic: string,
    names: readonly string[],
    depth: number,
    each: (subscription: Subscription<Subscriber>) => void,
  ): void {
    const rest = level.below.get("#");
    if (rest !== undefined && !(depth === 0 && isHiddenFrom("#", topic))) visit(rest.first, each);
    const name = names[depth];
    if (name === undefined) {
      visit(level.first, each);
      return;
    }
    const exact = level.below.get(name);
    if (exact !== undefined) this.#matchBelow(exact, topic, names, depth + 1, each);
    const any = level.below.get("+");
    if (any !== undefined && !(depth === 0 && isHiddenFrom("+", topic))) {
      this.#matchBelow(any, topic, names, depth + 1, each);
    }
  }

  /** True when nothing is left below the level, so that it can go. */
  #removeBelow(level: Level<Subscriber>, names: readonly string[], depth: number, subscriber: Subscriber): boolean {
    const name = names[depth];
    if (name === undefined) {
      level.first = this.#without(level.first, subscriber);
    } else {
      const below = level.below.get(name);
      if (below !== undefined && this.#removeBelow(below, names, depth + 1, subscriber)) level.below.delete(name);
    }
    return level.first === undefined && level.below.size === 0;
  }

  /** The list without that subscriber's entry. */
  #without(first: Subscription<Subscriber> | undefined, subscriber: Subscriber): Subscription<Subscriber> | undefined {
    if (first === undefined) return undefined;
    if (first.subscriber === subscriber) {
      this.#size--;
      return first.next;
    }
    first.next = this.#without(first.next, subscriber);
    return first;
  }
}

function visit<Subscriber>(
  first: Subscription<Subscriber> | undefined,
  each: (subscription: Subscription<Subscriber>) => void,
): void {
  for (let one = first; one !== undefined; one = one.next) each(one);
}
