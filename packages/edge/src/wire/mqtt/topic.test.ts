import { expect, test } from "vitest";
import { ACCESS, isAllowed, maySubscribe } from "./access.ts";
import { coversFilter, isFilter, isTopic, matchesTopic } from "./topic.ts";

test.each([
  ["a/b/c", "a/b/c", true],
  ["a/b/c", "a/b", false],
  ["a/+/c", "a/b/c", true],
  ["a/+/c", "a/b/d", false],
  ["a/+", "a", false],
  ["a/+", "a/", true],
  ["a/+", "a/b/c", false],
  ["+/+", "/finance", true],
  ["+", "/finance", false],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["a/#", "ab", false],
  ["a/+/#", "a/b", true],
  ["a/+/#", "a", false],
  ["#", "a/b", true],
  ["#", "$SYS/broker", false],
  ["+/broker", "$SYS/broker", false],
  ["$SYS/#", "$SYS/broker", true],
])("filter %s and topic %s: %s", (filter, topic, expected) => {
  expect(matchesTopic(filter, topic)).toBe(expected);
});

test.each([
  ["a/#", "a/b/+", true],
  ["a/#", "a/#", true],
  ["a/#", "a", true],
  ["a/#", "#", false],
  ["a/#", "+/b", false],
  ["a/+", "a/b", true],
  ["a/+", "a/+", true],
  ["a/+", "a/#", false],
  ["a/b", "a/+", false],
  ["a/+/#", "a/b", true],
  ["#", "a/#", true],
  ["#", "$SYS/#", false],
])("rule %s covers filter %s: %s", (rule, filter, expected) => {
  expect(coversFilter(rule, filter)).toBe(expected);
});

test("topics and filters out of shape are refused", () => {
  expect(["a", "a/b", "/a", "a//b"].every(isTopic)).toBe(true);
  expect(["", "a/+", "a/#", "a\0b", "x".repeat(1025), "/".repeat(32)].some(isTopic)).toBe(false);
  expect(["#", "+", "a/+/b", "a/#", "+/+/#"].every(isFilter)).toBe(true);
  expect(["", "a/b#", "a/#/b", "a+/b", "##"].some(isFilter)).toBe(false);
});

test("a device's rule opens its own topics and nobody else's", () => {
  const rules = [{ topic: "iot/device/1/#", access: ACCESS.all, clientid: "device_1" }];
  expect(isAllowed(rules, ACCESS.write, "iot/device/1/state", "device_1")).toBe(true);
  expect(isAllowed(rules, ACCESS.write, "iot/device/1", "device_1")).toBe(true);
  expect(isAllowed(rules, ACCESS.write, "iot/device/12/state", "device_1")).toBe(false);
  expect(isAllowed(rules, ACCESS.write, "iot/device/1/state", "somebody")).toBe(false);
  expect(maySubscribe(rules, "iot/device/1/jobs/+", "device_1")).toBe(true);
  expect(maySubscribe(rules, "iot/device/#", "device_1")).toBe(false);
  expect(maySubscribe([{ topic: "a", access: ACCESS.subscribe }], "a", "x")).toBe(false);
  expect(isAllowed([{ topic: "a", access: ACCESS.read }], ACCESS.write, "a", "x")).toBe(false);
});
