import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder, makeFolderSync } from "./make-folder.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "make-folder-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const WAYS = [
  ["later", makeFolder],
  ["at once", async (path: string) => makeFolderSync(path)],
] as const;

test.each(WAYS)("%s: what is missing on the way is made, and what is there is left alone", async (_, make) => {
  const path = join(root, "a", "b", "c");
  await make(path);
  await make(path);
  await make(root);
  expect(statSync(path).isDirectory()).toBe(true);
});

test.each(WAYS)("%s: a file in the way, or a place that takes no folders, is told", async (_, make) => {
  const file = join(root, "file");
  writeFileSync(file, "");
  await expect(make(file)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(make(join(file, "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
  await expect(make("/proc/no-such-folder/below")).rejects.toMatchObject({ code: expect.stringMatching(/^E[A-Z]+$/) });
});
