import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { runTool } from "./tools/run-tool.ts";

const root = dirname(import.meta.dirname);

/** What `npm test` makes of these test files: its last line, and whether it ends with exit code 0. */
async function verdict(
  files: Readonly<Record<string, string>>,
): Promise<{ ok: boolean; lastLine: string | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-suite-"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [name, body] of Object.entries(files)) {
    writeFileSync(
      join(folder, `${name}.test.ts`),
      `import { beforeAll, describe, expect, test } from "vitest";\n${body}\n`,
    );
  }
  const { ok, output } = await runTool(process.execPath, [join(root, "scripts/test.ts")], { cwd: folder });
  rmSync(folder, { recursive: true });
  return { ok, lastLine: output.trimEnd().split("\n").at(-1) };
}

const passing = 'test("a", () => {});';

test.each([
  ["passed tests", { a: passing, b: passing }, "2 passed, 0 failed", true],
  ["failed tests", { a: `${passing} test("b", () => expect(1).toBe(2));` }, "1 passed, 1 failed", false],
  [
    "skipped tests",
    { a: `${passing} test.skip("b", () => {}); test.todo("c");` },
    "1 passed, 0 failed, 2 skipped",
    true,
  ],
  ["a file that does not load", { a: passing, b: 'import "./nowhere.ts";' }, "1 passed, 1 failed", false],
  [
    "a hook that throws",
    { a: `${passing} describe("b", () => { beforeAll(() => { throw new Error("no"); }); test("c", () => {}); });` },
    "1 passed, 1 failed, 1 skipped",
    false,
  ],
  [
    "an error outside any test",
    { a: `${passing} void Promise.reject(new Error("nobody awaits me"));` },
    "1 passed, 1 failed",
    false,
  ],
  ["no test at all", {}, "0 passed, 0 failed", false],
] as const)("npm test counts %s", async (_, files, lastLine, ok) => {
  expect(await verdict(files)).toEqual({ ok, lastLine });
});
