import fc from "fast-check";
import { expect, test } from "vitest";
import { coversFilter, isFilter, isTopic, matchesTopic } from "../../wire/mqtt/topic.ts";
import { Subscriptions } from "./subscriptions.ts";

const level = fc.constantFrom("a", "b", "", "$SYS");
const topics = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join("/"))
  .filter(isTopic);
const filters = fc
  .array(fc.oneof(level, fc.constant("+")), { minLength: 0, maxLength: 4 })
  .chain((levels) => fc.constantFrom(levels.join("/"), [...levels, "#"].join("/")))
  .filter(isFilter);

const found = (index: Subscriptions<string>, topic: string): readonly string[] => {
  const names: string[] = [];
  index.match(topic, ({ subscriber, filter }) => names.push(`${subscriber} ${filter}`));
  return names.toSorted();
};

test("the index finds what comparing with every filter finds, also after some have gone", () => {
  const entries = fc.array(fc.tuple(fc.constantFrom("x", "y", "z"), filters, fc.boolean()), { maxLength: 12 });
  fc.assert(
    fc.property(entries, topics, (subscribed, topic) => {
      const index = new Subscriptions<string>();
      const all = new Set<string>();
      for (const [subscriber, filter] of subscribed) {
        index.add(subscriber, filter, 1);
        all.add(`${subscriber} ${filter}`);
      }
      for (const [subscriber, filter, leaves] of subscribed) {
        if (!leaves) continue;
        index.remove(subscriber, filter);
        all.delete(`${subscriber} ${filter}`);
      }
      const expected = [...all].filter((one) => matchesTopic(one.slice(2), topic)).toSorted();
      expect(found(index, topic)).toEqual(expected);
      expect(index.size).toBe(all.size);
    }),
    { seed: 7, numRuns: 2_000 },
  );
});

test("a filter that a rule covers takes no topic that the rule does not", () => {
  fc.assert(
    fc.property(filters, filters, topics, (rule, filter, topic) => {
      if (coversFilter(rule, filter) && matchesTopic(filter, topic)) expect(matchesTopic(rule, topic)).toBe(true);
    }),
    { seed: 7, numRuns: 10_000 },
  );
});

test("every filter covers itself, and matches itself where it is a topic", () => {
  fc.assert(
    fc.property(filters, (filter) => coversFilter(filter, filter)),
    { seed: 7 },
  );
  fc.assert(
    fc.property(topics, (topic) => matchesTopic(topic, topic)),
    { seed: 7 },
  );
});
