import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { needs } from "./outside-servers.ts";

let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "understudy-bin-"));
  vi.stubEnv("PATH", bin);
  vi.stubEnv("CI", "");
  vi.stubEnv("UNDERSTUDY_NO_SKIPS", "");
});
afterEach(() => {
  rmSync(bin, { recursive: true });
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("a server whose program is there is not skipped, and its folder is known", () => {
  writeFileSync(join(bin, "chromium"), "");
  expect(needs("chromium")).toEqual({ skip: false, reason: "", folder: bin });
});

test("a missing server is skipped, and the reason is printed", () => {
  const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const { skip, reason } = needs("chromium");
  expect(skip).toBe(true);
  expect(reason).toContain("no program chromium");
  expect(printed.mock.calls).toEqual([[`skipped: ${reason}\n`]]);
});

test("where nothing may be skipped, a missing server is a failure", () => {
  vi.stubEnv("CI", "true");
  vi.stubEnv("UNDERSTUDY_NO_SKIPS", "1");
  expect(() => needs("chromium")).toThrow("chromium is not installed here");
});
