import fc from "fast-check";
import { expect, test } from "vitest";
import { parseConfig, setConfig, setConfigAll } from "./config-file.ts";

const FRESH =
  "PH_CREDS_HOST=api.pantahub.com\nPH_CREDS_PORT=443\nPH_METADATA_DEVMETA_INTERVAL=10\nPH_METADATA_USRMETA_INTERVAL=10\n";

test("a value is all after the first =, so that padded tokens stay whole", () => {
  expect(parseConfig("PH_FACTORY_AUTOTOK=q83vEjRWeJCrze8SNFZ4kA==\n").get("PH_FACTORY_AUTOTOK")).toBe(
    "q83vEjRWeJCrze8SNFZ4kA==",
  );
});

test("comments, empty values and blank lines say nothing; the last line of a key wins", () => {
  const config = parseConfig("# PH_CREDS_HOST=x\n\nA=1\nB=\nA= 2\t\r\nno line at all\n=3\n");
  expect([...config]).toEqual([["A", "2"]]);
});

test("setting a key replaces its line in place, keeps comments and drops further lines of that key", () => {
  expect(setConfig("# mine\nA=1\n\nB=2\nA=3\n", "A", "9")).toBe("# mine\nA=9\nB=2\n");
  expect(setConfig(FRESH, "PH_CREDS_PRN", "prn:::devices:/1")).toBe(`${FRESH}PH_CREDS_PRN=prn:::devices:/1\n`);
  expect(setConfig("A=1\nB=2\n", "A", undefined)).toBe("B=2\n");
});

test("what no line can hold is refused", () => {
  expect(() => setConfig("", "A", "two\nlines")).toThrow(RangeError);
  expect(() => setConfig("", "A", "")).toThrow(RangeError);
  expect(() => setConfig("", "A=B", "1")).toThrow(RangeError);
});

test("whatever the file was, the key that was set is read back and no other key changes", () => {
  const key = fc.stringMatching(/^[A-Z_.]{1,12}$/);
  const value = fc
    .string({ minLength: 1 })
    .filter((text) => !/[\r\n]/.test(text) && text.trim() === text && text !== "");
  fc.assert(
    fc.property(fc.string(), key, value, (text, name, wanted) => {
      const before = parseConfig(text);
      const after = parseConfig(setConfigAll(text, { [name]: wanted }));
      expect(after.get(name)).toBe(wanted.replace(/^[ \t\r]+|[ \t\r]+$/g, ""));
      for (const [other, kept] of before) if (other !== name) expect(after.get(other)).toBe(kept);
    }),
  );
});
