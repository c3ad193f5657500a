import { expect, test } from "vitest";
import { releasedOn } from "./update-words.ts";

test.each([
  [["8000-7000", "8700-7999", "8795-8489", "8900-9000", "99999-1"]],
  [["5000-5510", "5001-5511", "5400-1"]],
  [["800000-803000", "800500-803001", "801000-1"]],
])("newer updates are younger: %j", (versions) => {
  const days = versions.map(releasedOn);
  expect(new Set(days).size).toBe(days.length);
  expect(days.toSorted()).toEqual(days);
  for (const day of days) expect(day).toMatch(/^20\d\d\/\d\d\/\d\d 00:00:00 UTC$/);
});
