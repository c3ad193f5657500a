import { expect, test } from "vitest";
import type { Due } from "./clock.ts";
import { RealTime } from "./real-time.ts";
import { hours, later, minutes, seconds } from "./units.ts";

const settle = () => new Promise<void>(setImmediate);

test("time that is put forward passes every due entry in its order, those that come up on the way included", async () => {
  using time = new RealTime();
  const seen: string[] = [];
  const start = time.now();
  const noted: Due = {
    due: (token) => {
      seen.push(`${token} ${Math.round((time.now() - start) / 60_000)}`);
      if (token === "first") time.schedule(later(time.now(), minutes(5)), noted, "between");
    },
  };
  time.schedule(later(start, minutes(30)), noted, "last");
  time.schedule(later(start, minutes(10)), noted, "first");
  time.schedule(later(start, hours(2)), noted, "never");
  await time.advance(hours(1), settle);
  expect(seen).toEqual(["first 10", "between 15", "last 30"]);
  expect(time.now() - start).toBeGreaterThanOrEqual(hours(1));
  expect(time.now() - start).toBeLessThan(hours(2));
  expect(time.pending).toBe(1);
});

test("what is due next in real time still comes by itself", async () => {
  using time = new RealTime({ scale: 100 });
  await time.advance(minutes(3), settle);
  const before = time.now();
  await new Promise<void>((resolve) => void time.schedule(later(before, minutes(0)), { due: () => resolve() }, 0));
  expect(time.now()).toBeGreaterThanOrEqual(before);
});

test("a time that starts ahead is ahead, and stays so", async () => {
  using time = new RealTime({ ahead: hours(1) });
  expect(time.now() - new RealTime().now()).toBeGreaterThanOrEqual(hours(1) - 1);
  await time.advance(minutes(10), settle);
  expect(time.ahead / 60_000).toBeCloseTo(70, 1);
  const due = new Promise<void>((resolve) => void time.schedule(time.now(), { due: () => resolve() }, 0));
  await due;
});

test("a time that runs faster gets ahead", async () => {
  using time = new RealTime({ scale: 1_000 });
  const second = later(time.now(), seconds(1));
  await new Promise<void>((resolve) => void time.schedule(second, { due: () => resolve() }, 0));
  expect(time.ahead).toBeGreaterThan(900);
});

test("an entry may end everything", async () => {
  const time = new RealTime();
  time.schedule(later(time.now(), minutes(1)), { due: () => time[Symbol.dispose]() }, 0);
  time.schedule(later(time.now(), minutes(2)), { due: () => expect.unreachable() }, 0);
  await time.advance(hours(1), settle);
  expect(time.pending).toBe(1);
});
