import fc from "fast-check";
import { expect, test } from "vitest";
import { fitsFilter } from "./tag-filter.ts";

const TAGS = { web: 0, dmz: 0, "two words": 0, or: 0 };

test.each([
  ["'web'", true],
  ["web", true],
  ["'lab'", false],
  ["'web' and 'dmz'", true],
  ["'lab' and 'web' or 'dmz'", true],
  ["'lab' and ('web' or 'dmz')", false],
  ["('lab' or 'web') AND \"two words\"", true],
  ["'or' or 'lab'", true],
  ["", false],
  ["('web'", false],
  ["'web' and", false],
  ["'web' 'dmz'", false],
  ["('web'))", false],
])("%s", (filter, expected) => expect(fitsFilter(filter, TAGS)).toBe(expected));

test("any text is a filter or fits nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("(", ")", "'", "web ", "and ", "or ", " ") }), (filter) => {
      expect(typeof fitsFilter(filter, TAGS)).toBe("boolean");
    }),
  );
  expect(fitsFilter(`${"(".repeat(5000)}web${")".repeat(5000)}`, TAGS)).toBe(false);
});
