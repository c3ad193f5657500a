import fc from "fast-check";
import { expect, test } from "vitest";
import type { Ticket } from "./clock.ts";
import { TimingWheel } from "./timing-wheel.ts";
import { instant } from "./units.ts";

interface Waiting {
  readonly ticket: Ticket;
  readonly due: number;
  readonly token: number;
}

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      after: fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(40_000_000), fc.nat(5_000_000_000)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      span: fc.oneof(fc.nat(200), fc.nat(1_000_000), fc.nat(6_000_000_000)),
    }),
  },
);

test("what is due comes out by instant, then in the order it went in, whatever is added and removed", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 41), fc.array(command, { maxLength: 120 }), (start, commands) => {
      const wheel = new TimingWheel(instant(start));
      let model: Waiting[] = [];
      let now = start;
      let token = 0;
      const fired: number[] = [];
      const target = { due: (which: number | string) => fired.push(Number(which)) };
      for (const step of commands) {
        if (step.kind === "add") {
          token++;
          model.push({ ticket: wheel.add(instant(now + step.after), target, token), due: now + step.after, token });
        } else if (step.kind === "remove" && model.length > 0) {
          const [gone] = model.splice(step.which % model.length, 1);
          expect(gone !== undefined && wheel.remove(gone.ticket)).toBe(true);
          expect(gone !== undefined && wheel.remove(gone.ticket)).toBe(false);
        } else if (step.kind === "run") {
          const until = now + step.span;
          const due = model.filter((entry) => entry.due <= until).sort((a, b) => a.due - b.due || a.token - b.token);
          model = model.filter((entry) => entry.due > until);
          fired.length = 0;
          while (wheel.advance(instant(until)) !== undefined) wheel.fire();
          now = until;
          expect(fired).toEqual(due.map((entry) => entry.token));
        }
        expect(wheel.size).toBe(model.length);
      }
      for (const entry of model) expect(wheel.dueOf(entry.ticket)).toBe(entry.due);
    }),
    { numRuns: 300 },
  );
});

test("an entry added while its own instant fires comes out at the same instant", () => {
  const wheel = new TimingWheel(instant(1_000));
  const fired: string[] = [];
  const again = { due: () => fired.push("again") };
  const first = {
    due: (): void => {
      fired.push("first");
      wheel.add(instant(1_005), again, 0);
    },
  };
  wheel.add(instant(1_005), first, 0);
  expect(wheel.advance(instant(2_000))).toBe(1_005);
  wheel.fire();
  expect(fired).toEqual(["first", "again"]);
});

test("a bound is never later than the next entry", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.nat(10_000_000_000), (start, after) => {
      const wheel = new TimingWheel(instant(start));
      wheel.add(instant(start + after), { due: () => undefined }, 0);
      expect(wheel.nextBound()).toBeLessThanOrEqual(start + after);
    }),
  );
});
