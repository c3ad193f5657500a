import { describe, expect, test } from "vitest";
import { installObstacle } from "./path-rules.ts";
import { compareVersions, newestFirst, parseVersion } from "./version.ts";

test("versions are ordered by number, hotfixes after their release, betas before it", () => {
  expect(newestFirst(["10.1.6", "10.1.6-h10", "10.1.6-h3", "9.1.0", "11.0.0", "10.1.6-b2", "10.1.6-xfr"])).toEqual([
    "11.0.0",
    "10.1.6-h10",
    "10.1.6-h3",
    "10.1.6",
    "10.1.6-xfr",
    "10.1.6-b2",
    "9.1.0",
  ]);
  expect(compareVersions("10.1.0", "10.1.0")).toBe(0);
  expect(parseVersion("10.1")).toBeUndefined();
});

const strict = (running: string, target: string, images: readonly string[] = [target]) =>
  installObstacle({ running, target, images, rules: "strict", content: "8700-7999", minContent: {} });

describe("strict upgrade paths", () => {
  test.each([
    ["10.1.0", "10.1.9", ["10.1.9"]],
    ["10.1.9", "10.1.0", ["10.1.0"]],
    ["10.1.6", "10.2.0", ["10.2.0"]],
    ["10.1.6", "11.1.3", ["11.1.3", "11.1.0"]],
    ["10.1.0", "11.1.0", ["11.1.0"]],
    ["11.2.4", "12.1.4", ["12.1.4", "12.1.2"]],
    ["11.2.4", "12.1.2", ["12.1.2"]],
    ["10.2.0", "10.1.0", ["10.1.0"]],
  ])("%s → %s is a way", (running, target, images) => {
    expect(strict(running, target, images)).toBeUndefined();
  });

  test.each([
    ["10.1.0", "10.2.3", ["10.2.3"], /base image of 10\.2\.0/],
    ["10.1.0", "11.2.0", ["11.2.0"], /not supported/],
    ["10.0.0", "10.2.0", ["10.2.0"], /not supported/],
    ["11.1.0", "10.2.0", ["10.2.0"], undefined],
    ["11.1.0", "10.1.0", ["10.1.0"], /not supported/],
    ["10.1.0", "10.2.0", [], /image 10\.2\.0 is not loaded/],
    ["10.0.2", "10.5.1", ["10.5.1"], /not supported/],
  ])("%s → %s with %j", (running, target, images, obstacle) => {
    const found = strict(running, target, images);
    if (obstacle === undefined) expect(found).toMatch(/not supported/);
    else expect(found).toMatch(obstacle);
  });
});

const lenient = {
  running: "10.0.2",
  target: "10.5.1",
  images: ["10.5.1"],
  rules: "lenient",
  content: "8700-7999",
  minContent: {},
} as const;

test("lenient rules want the image and nothing else", () => {
  expect(installObstacle(lenient)).toBeUndefined();
  expect(installObstacle({ ...lenient, images: [] })).toBe("Error: image 10.5.1 is not loaded");
});

test.each([
  [{ "10.5.1": "8700-7999" }, undefined],
  [{ "10.5.1": "8700-8000" }, "8700-8000"],
  [{ "10.5": "8701" }, "8701"],
  [{ "10.5": "8701", "10.5.1": "8600" }, undefined],
  [{ "10.4": "9999" }, undefined],
])("content that a release wants: %j", (minContent: Record<string, string>, wanted) => {
  expect(installObstacle({ ...lenient, minContent })).toBe(
    wanted && `Error: Content version should be ${wanted} or higher to proceed.`,
  );
});
