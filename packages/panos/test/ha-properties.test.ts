import type { Duration, FaultRule } from "@understudy/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { twoMembers } from "./two-members.ts";

type Pair = Awaited<ReturnType<typeof twoMembers>>;
type Id = "a" | "b";

const WORDS = [
  "suspended",
  "functional",
  "non-functional",
  "rebooting",
  "cut",
  "cold",
  "resumed",
  "line-cut",
  "line-heals",
] as const;

interface Blow {
  readonly after: number;
  readonly id: Id;
  readonly word: (typeof WORDS)[number];
}

const blow: fc.Arbitrary<Blow> = fc.record({
  after: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 25_000 })),
  id: fc.constantFrom("a", "b"),
  word: fc.constantFrom(...WORDS),
});

/** What breaks by itself, for a while and not for ever. */
const breakage: fc.Arbitrary<FaultRule> = fc.record({
  device: fc.constantFrom("a", "b"),
  operation: fc.constantFrom("ha-monitor", "ha1", "ha2"),
  error: fc.constantFrom("ethernet1/1 down for 5s", "path down for 30s", "gone for 300ms"),
  times: fc.integer({ min: 1, max: 3 }),
  delay: fc.integer({ min: 0, max: 8000 }).map((ms) => ms as NonNullable<FaultRule["delay"]>),
});

/** Slow lines keep what the members say to each other under way while blows fall; bad ones lose some of it. */
const line = fc.record({
  latency: fc.constantFrom(0, 20, 700).map((ms) => ms as Duration),
  jitter: fc.constantFrom(0, 300).map((ms) => ms as Duration),
  loss: fc.constantFrom(0, 0, 0.3),
});

async function strike(pair: Pair, { id, word }: Blow): Promise<void> {
  const { power } = pair;
  switch (word) {
    case "cut":
      return power.cut(id);
    case "cold":
    case "resumed":
      return power.on(id, word);
    case "line-cut":
      return pair.cut(true);
    case "line-heals":
      return pair.cut(false);
    case "rebooting":
      if (power.isOn(id)) await power.force(id, { phase: word });
      return;
    case "suspended":
    case "functional":
    case "non-functional":
      if (power.isOn(id)) await power.force(id, { ha_state: word });
  }
}

/** Waits for something that may itself wait for the line, while time passes. */
async function during(pair: Pair, work: Promise<void>): Promise<void> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  work.then(done, done);
  await pair.pass(60, () => settled);
  return work;
}

/** Lets time pass, and looks at every instant. */
async function watched(pair: Pair, ms: number): Promise<void> {
  let seen: readonly Id[] = [];
  await pair.pass(ms / 1000, () => {
    seen = pair.leaders();
    return seen.length > 1;
  });
  expect(seen.length).toBeLessThan(2);
}

test.each(["active-passive", "active-active"])(
  "whatever happens to an %s pair in whatever order, there are never two leaders, and one in the end",
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(blow, { minLength: 1, maxLength: 12 }),
        fc.array(breakage, { maxLength: 3 }),
        line,
        fc.boolean(),
        fc.boolean(),
        async (blows, faults, conditions, preemptive, functional) => {
          const both = { ha_mode: mode, ha_preemptive: preemptive };
          await using pair = await twoMembers({ both, faults, line: conditions });
          for (const one of blows) {
            await watched(pair, one.after);
            await during(pair, strike(pair, one));
          }
          pair.cut(false);
          for (const id of ["a", "b"] as const) await during(pair, pair.power.on(id));
          await watched(pair, 180_000); // boots, retries of the link and outages have come to their ends
          if (functional)
            for (const id of ["a", "b"] as const) await during(pair, pair.power.force(id, { ha_state: "functional" }));
          await watched(pair, 60_000);
          if (conditions.loss > 0) return; // whoever has not heard of a change cannot be blamed for waiting
          const out = (id: Id) => ["suspended", "non-functional"].includes(pair.stateOf(id)) || isUnfit(pair, id, mode);
          const wanted = () => (out("a") && out("b") ? 0 : 1);
          await pair.pass(30, () => pair.leaders().length === wanted()); // a handover may be under way
          expect([pair.roles(), pair.leaders().length]).toEqual([pair.roles(), wanted()]);
        },
      ),
      { numRuns: 150 },
    );
  },
);

/** In an active/active pair a monitor that was forced to fail keeps a member tentative. */
const isUnfit = (pair: Pair, id: Id, mode: string): boolean =>
  mode === "active-active" && pair.stateOf(id) === "tentative";
