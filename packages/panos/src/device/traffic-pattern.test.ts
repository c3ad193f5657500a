import { type Instant, instant } from "@understudy/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type TrafficShape, trafficBetween, trafficFactor } from "./traffic-pattern.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = instant(Date.UTC(2026, 0, 5));
const at = (ms: number): Instant => (start + ms) as Instant; // an instant plus milliseconds
/** The same number for the same n. */
const noise = (n: number): number => (((Math.imul(n + 1, 2_654_435_761) >>> 0) % 1000) / 1000) as number;
const shape = (pattern: TrafficShape["pattern"]): TrafficShape => ({ pattern, bootedAt: start, noise });
const PATTERNS = ["steady", "daily", "ramp", "burst", "random-walk"] as const;

describe.each(PATTERNS)("%s traffic", (pattern) => {
  test("adds up to what it is at each moment", () => {
    const [from, length, steps] = [at(17 * MINUTE), 26 * HOUR, 26 * 60 * 12];
    let added = 0;
    for (let step = 0; step < steps; step++)
      added += trafficFactor(shape(pattern), (from + ((step + 0.5) * length) / steps) as Instant) * (length / steps);
    const told = trafficBetween(shape(pattern), from, (from + length) as Instant);
    expect(Math.abs(told - added) / length).toBeLessThan(0.001);
  });

  test("never makes a counter go back, and stays within bounds", () => {
    fc.assert(
      fc.property(fc.nat(400 * 24 * HOUR), fc.nat(3 * HOUR), (from, more) => {
        const between = trafficBetween(shape(pattern), at(from), at(from + more));
        expect(between).toBeGreaterThanOrEqual(0);
        expect(between).toBeLessThanOrEqual(more * 2.5 + 0.01);
        const factor = trafficFactor(shape(pattern), at(from));
        expect(factor).toBeGreaterThanOrEqual(0.55);
        expect(factor).toBeLessThanOrEqual(2.5);
      }),
    );
  });
});

test("a day has its least by night and its most in the afternoon", () => {
  const hours = Array.from({ length: 24 }, (_, hour) => trafficFactor(shape("daily"), at(hour * HOUR)));
  expect(hours.indexOf(Math.min(...hours))).toBe(2);
  expect(hours.indexOf(Math.max(...hours))).toBe(14);
});

test("every hour has a burst of six minutes", () => {
  for (let hour = 0; hour < 24; hour++) {
    const minutes = Array.from({ length: 60 }, (_, minute) =>
      trafficFactor(shape("burst"), at(hour * HOUR + minute * MINUTE)),
    );
    expect(minutes.filter((factor) => factor > 2)).toHaveLength(6);
  }
});
