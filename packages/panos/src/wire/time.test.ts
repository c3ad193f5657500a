import { type Duration, instant, parseIso } from "@understudy/kernel";
import { expect, test } from "vitest";
import { dateTime, longTime, parseLongDate, parseUptime, timeOfDay, uptime } from "./time.ts";

const at = parseIso("2025-03-04T10:11:12Z") ?? instant(0);

test("times as PAN-OS writes them", () => {
  expect(dateTime(at)).toBe("2025/03/04 10:11:12");
  expect(timeOfDay(at)).toBe("10:11:12");
  expect(longTime(at)).toBe("Tue Mar  4 10:11:12 2025");
  expect(longTime(at, "UTC")).toBe("Tue Mar  4 10:11:12 UTC 2025");
  expect(parseLongDate("March 04, 2025")).toBe(parseIso("2025-03-04T00:00:00Z"));
  expect(parseLongDate("Never")).toBeUndefined();
});

test("an uptime always tells days", () => {
  expect(uptime(0 as Duration)).toBe("0 days, 0:00:00");
  expect(uptime(435_723_000 as Duration)).toBe("5 days, 1:02:03");
  expect(parseUptime("5 days, 1:02:03")).toBe(435_723_000);
  expect(parseUptime("soon")).toBeUndefined();
});
