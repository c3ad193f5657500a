import { minutes, seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { afterFailure, type Exchange, type Health, NO_FAILURES, nextHealth } from "./connection-health.ts";

const ok: Exchange = { kind: "ok" };
const failed: Exchange = { kind: "failed", reason: "refused" };
const refused: Exchange = { kind: "auth-failed", status: 401 };

const table: readonly (readonly [Health, Exchange, number, number, Health])[] = [
  ["unknown", ok, 0, 0, "online"],
  ["unknown", ok, 0, 1, "online"],
  ["unknown", failed, 1, 0, "unknown"],
  ["online", failed, 1, 0, "online"],
  ["online", failed, 2, 0, "degraded"],
  ["online", failed, 0, 3, "offline"],
  ["degraded", ok, 0, 2, "degraded"],
  ["degraded", ok, 0, 0, "online"],
  ["offline", ok, 0, 1, "offline"],
  ["offline", ok, 0, 0, "online"],
  ["online", refused, 1, 0, "auth-failed"],
  ["auth-failed", ok, 0, 1, "auth-failed"],
  ["auth-failed", ok, 0, 0, "online"],
];

test.each(table)(
  "%s, then %o with %i failed polls and %i failed reports: %s",
  (before, exchange, polls, reports, after) => {
    expect(nextHealth(before, exchange, [{ failures: polls }, { failures: reports }])).toBe(after);
  },
);

test("waits grow from 15 seconds, and the tenth failure is followed by a rest and a clean slate", () => {
  const delays: number[] = [];
  let record = NO_FAILURES;
  for (let failure = 1; failure <= 11; failure++) {
    const next = afterFailure(record, { kind: "failed", reason: "timeout" }, 0.5);
    record = next.record;
    delays.push(next.delay);
  }
  expect(delays.slice(0, 3)).toEqual([seconds(15), seconds(30), seconds(60)]);
  expect(delays.slice(8)).toEqual([minutes(15), seconds(301), seconds(15)]);
});

test("a refused key makes the loop rest, a Retry-After is honoured", () => {
  expect(afterFailure(NO_FAILURES, { kind: "auth-failed", status: 403 }, 0.5).delay).toBe(minutes(15));
  const busy = { kind: "failed", reason: "503", retryAfter: minutes(2) } as const;
  expect(afterFailure(NO_FAILURES, busy, 0.5).delay).toBe(minutes(2));
});
