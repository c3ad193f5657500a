import { expect, test } from "vitest";
import { DEAD, STYLE, TYPES, UNUSED } from "./checks.ts";
import { plantHouse } from "./planted-house.ts";

test("formatting is checked", async () => {
  await using house = await plantHouse({ "packages/edge/src/planted.ts": "export const a=1" });
  const { ok, output } = await house.check(STYLE);
  expect(output).toContain("packages/edge/src/planted.ts format");
  expect(ok).toBe(false);
});

test.each([
  ["noExplicitAny", "export const a: any = 1;\n"],
  ["noNonNullAssertion", 'export const a = "a".at(0)!;\n'],
  ["noReExportAll", 'export * from "./index.ts";\n'],
  ["noDefaultExport", "const a = 1;\nexport default a;\n"],
  ["noConsole", 'console.log("a");\n'],
])("the style rule %s is enforced", async (rule, text) => {
  await using house = await plantHouse({ "packages/edge/src/planted.ts": text });
  const { ok, output } = await house.check(STYLE);
  expect(output).toContain(rule);
  expect(ok).toBe(false);
});

test("types are checked across packages, in tests too", async () => {
  await using house = await plantHouse({
    "packages/kernel/src/index.ts": "export const size = 1;\n",
    "packages/edge/src/planted.test.ts":
      'import { size } from "@understudy/kernel";\nexport const text: string = size;\n',
  });
  const { ok, output } = await house.check(TYPES);
  expect(output).toContain("packages/edge/src/planted.test.ts(2,14): error TS2322");
  expect(ok).toBe(false);
});

test("what only the compiler strips is refused", async () => {
  await using house = await plantHouse({ "packages/edge/src/planted.ts": "export enum A {\n  b,\n}\n" });
  expect(await house.check(TYPES)).toMatchObject({ ok: false, output: expect.stringContaining("erasableSyntaxOnly") });
});

test("a file nobody imports is unused", async () => {
  await using house = await plantHouse({ "packages/edge/src/planted.ts": "export const a = 1;\n" });
  expect(await house.check(UNUSED)).toMatchObject({
    ok: false,
    output: expect.stringContaining("packages/edge/src/planted.ts"),
  });
});

test("an export that only a test uses is dead, unless it stands in the testing entry", async () => {
  await using house = await plantHouse({
    "packages/edge/src/index.ts": 'export { used } from "./device.ts";\n',
    "packages/edge/src/device.ts": "export const used = 1;\nexport const forTests = 2;\n",
    "packages/edge/src/device.test.ts": 'import { forTests } from "./device.ts";\nexport const a = forTests;\n',
    "packages/kernel/src/testing/index.ts": "export const builder = 1;\n",
  });
  const { ok, output } = await house.check(DEAD);
  expect(output).toContain("forTests");
  expect(output).not.toContain("builder");
  expect(ok).toBe(false);
});
