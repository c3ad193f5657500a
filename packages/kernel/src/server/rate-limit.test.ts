import { expect, test } from "vitest";
import { VIRTUAL_EPOCH } from "../time/units.ts";
import { MAX_LIMITED_ADDRESSES, RateLimit } from "./rate-limit.ts";

test("a slow limit lets one through at a time and says how long to wait", () => {
  const limit = new RateLimit(0.1, () => VIRTUAL_EPOCH);
  expect(limit.take("a")).toBe(0);
  expect(limit.take("a")).toBe(10);
});

test("the table of addresses is bounded: the longest silent is forgotten", () => {
  const limit = new RateLimit(1, () => VIRTUAL_EPOCH);
  limit.take("first");
  for (let n = 0; n < MAX_LIMITED_ADDRESSES; n++) limit.take(`address ${n}`);
  expect(limit.take("first")).toBe(0);
  expect(limit.take(`address ${MAX_LIMITED_ADDRESSES - 1}`)).toBe(1);
});
