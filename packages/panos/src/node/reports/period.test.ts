import type { Instant } from "@understudy/kernel";
import { expect, test } from "vitest";
import { periodOf } from "./period.ts";

const NOON = Date.UTC(2026, 10, 20, 12, 0, 30, 500) as Instant;

test.each([
  ["last-hour", "2026-11-20T11:00:31.000Z", "2026-11-20T12:00:30.000Z"],
  ["last-60-seconds", "2026-11-20T11:59:31.000Z", "2026-11-20T12:00:30.000Z"],
  ["last-calendar-day", "2026-11-19T00:00:00.000Z", "2026-11-19T23:59:59.000Z"],
])("%s", (name, from, to) => {
  const period = periodOf(name, NOON);
  expect([period?.from, period?.to].map((at) => new Date(at ?? 0).toISOString())).toEqual([from, to]);
});

test("other names are none", () => expect(periodOf("last-century", NOON)).toBeUndefined());
