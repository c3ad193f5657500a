import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ToolResult } from "../tools/run-tool.ts";
import { LINT } from "./checks.ts";
import { type PlantedHouse, plantHouse } from "./planted-house.ts";

const far = `
export async function work(): Promise<void> {}
export type Phase = { name: "idle" } | { name: "testing" };
`;
const violations: readonly (readonly [rule: string, message: string, text: string])[] = [
  [
    "a floating promise from another package",
    "no-floating-promises",
    'import { work } from "@understudy/kernel";\nexport function go(): void {\n  work();\n}\n',
  ],
  [
    "a switch that forgets a case of another package's union",
    "switch-exhaustiveness-check",
    'import type { Phase } from "@understudy/kernel";\nexport function go(phase: Phase): number {\n  switch (phase.name) {\n    case "idle":\n      return 1;\n  }\n  return 2;\n}\n',
  ],
  [
    "an async callback nobody awaits",
    "no-misused-promises",
    "export const go = (): void => [1].forEach(async () => {});\n",
  ],
  ["the wall clock", "Unexpected use of 'Date'", "export const now = (): number => Date.now();\n"],
  ["the wall clock, new", "Unexpected use of 'Date'", "export const now = (): unknown => new Date();\n"],
  ["the process clock", "Unexpected use of 'performance'", "export const now = (): number => performance.now();\n"],
  ["a timer", "Unexpected use of 'setTimeout'", "export const go = (): unknown => setTimeout(() => 1, 1);\n"],
  ["an interval", "Unexpected use of 'setInterval'", "export const go = (): unknown => setInterval(() => 1, 1);\n"],
  ["an immediate", "Unexpected use of 'setImmediate'", "export const go = (): unknown => setImmediate(() => 1);\n"],
  ["a timer by way of globalThis", "Unexpected use of 'globalThis'", "export const go = globalThis.setTimeout;\n"],
  ["an abort signal's timer", "'AbortSignal.timeout' is restricted", "export const go = AbortSignal.timeout(1);\n"],
  ["chance", "'Math.random' is restricted", "export const go = (): number => Math.random();\n"],
  ["chance, taken apart", "'Math.random' is restricted", "export const { random } = Math;\n"],
  ["WebCrypto", "Unexpected use of 'crypto'", "export const go = (): string => crypto.randomUUID();\n"],
  [
    "chance from node:crypto",
    "'randomBytes' import",
    'import { randomBytes } from "node:crypto";\nexport const go = randomBytes;\n',
  ],
  ["all of node:crypto", "* import is invalid", 'import * as all from "node:crypto";\nexport const go = all;\n'],
  ["the thread pool by zlib", "'gzip' import", 'import { gzip } from "node:zlib";\nexport const go = gzip;\n'],
  [
    "the network by fetch",
    "Unexpected use of 'fetch'",
    'export const go = (): unknown => fetch("http://localhost");\n',
  ],
  [
    "a file nobody can read in one go",
    "max-lines",
    Array.from({ length: 501 }, (_, n) => `export const a${n} = ${n};\n`).join(""),
  ],
];

const asFile = (what: string): string => `packages/edge/src/device/${what.replaceAll(/[^a-z]+/gi, "-")}.ts`;

describe("the linter fails on", () => {
  let house: PlantedHouse;
  let result: ToolResult;
  beforeAll(async () => {
    house = await plantHouse({
      "packages/kernel/src/index.ts": far,
      ...Object.fromEntries(violations.map(([what, , text]) => [asFile(what), text])),
    });
    result = await house.check({ ...LINT, args: [...LINT.args, "--format=unix"] });
  });
  afterAll(() => house[Symbol.asyncDispose]());

  test.each(violations)("%s", (what, message) => {
    expect(result.ok).toBe(false);
    const found = result.output.split("\n").filter((line) => line.includes(asFile(what)));
    expect(found.join("\n")).toContain(message);
  });
});

test("the linter lets the kernel, tests, live/ and the cli use the real world", async () => {
  const real = "export const now = (): number => Date.now() + Math.random();\n";
  await using house = await plantHouse({
    "packages/kernel/src/clock.ts": real,
    "packages/edge/src/live/clock.ts": real,
    "packages/edge/src/device/clock.test.ts": real,
    "packages/cli/src/clock.ts": real,
    "packages/edge/src/device/hash.ts": 'import { createHash } from "node:crypto";\nexport const hash = createHash;\n',
  });
  expect(await house.check(LINT)).toMatchObject({ ok: true });
});
