import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultBook } from "./fault-book.ts";
import { matchesGlob } from "./glob.ts";

const fw = (id: string) => ({ id, family: "panos" });
const fates = (book: FaultBook, id: string, calls: number): boolean[] =>
  Array.from({ length: calls }, () => book.strike(fw(id), "download") !== undefined);

test("the nth call strikes once unless told how often", () => {
  expect(fates(new FaultBook(1, [{ operation: "download", nth: 2 }]), "a", 4)).toEqual([false, true, false, false]);
  expect(fates(new FaultBook(1, [{ operation: "download", nth: 2, times: 2 }]), "a", 4)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("counting is per stand-in", () => {
  const book = new FaultBook(1, [{ operation: "download", times: 1 }]);
  expect([...fates(book, "a", 2), ...fates(book, "b", 2)]).toEqual([true, false, true, false]);
});

test("the first rule that matches and strikes decides, and says how", () => {
  const book = new FaultBook(1, [
    { operation: "download", device: "fw-9*", error: "no" },
    { operation: "down*", family: "panos", error: "reset" },
    { operation: "*", error: "late" },
  ]);
  expect(book.strike(fw("fw-1"), "download")).toEqual({ rule: 1, error: "reset" });
  expect(book.strike(fw("fw-91"), "download")?.error).toBe("no");
  expect(book.strike({ id: "x", family: "edge" }, "download")?.error).toBe("late");
});

test("a rate is met in the long run, and another rule in front changes no fate", () => {
  const rule = { operation: "download", rate: 0.3 };
  const alone = fates(new FaultBook(7, [rule]), "a", 1_000);
  const behind = fates(new FaultBook(7, [{ operation: "upload" }, rule]), "a", 1_000);
  expect(behind).toEqual(alone);
  const struck = alone.filter(Boolean).length;
  expect(struck).toBeGreaterThan(240);
  expect(struck).toBeLessThan(360);
});

test("a restored book goes on where the old one stood", () => {
  const rules = [{ operation: "download", rate: 0.5, times: 20 }];
  const book = new FaultBook(7, rules);
  fates(book, "a", 17);
  const copy = new FaultBook(7, rules);
  copy.restore(book.snapshot());
  expect(fates(copy, "a", 30)).toEqual(fates(book, "a", 30));
});

test("globs match like the regular expression they stand for", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 }), (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`);
      expect(matchesGlob(pattern, text)).toBe(expression.test(text));
    }),
  );
});
