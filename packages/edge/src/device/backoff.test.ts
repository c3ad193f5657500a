import { minutes, seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { backoff, MQTT_BACKOFF, provisioningDelay, SYNC_BACKOFF } from "./backoff.ts";

const MIDDLE = 0.5;

test("provisioning tries six times with growing waits, then every five minutes", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 50].map((failures) => provisioningDelay(failures, MIDDLE))).toEqual([
    ...[1, 2, 4, 8, 16].map(seconds),
    minutes(5),
    minutes(5),
    minutes(5),
  ]);
});

test("a server's Retry-After makes a wait longer, never shorter", () => {
  expect(provisioningDelay(1, MIDDLE, seconds(60))).toBe(seconds(60));
  expect(provisioningDelay(5, MIDDLE, seconds(2))).toBe(seconds(16));
});

test("waits vary by their jitter and stop growing at their cap", () => {
  expect([backoff(MQTT_BACKOFF, 1, 0), backoff(MQTT_BACKOFF, 1, 1)]).toEqual([700, 1_300]);
  expect(backoff(MQTT_BACKOFF, 30, MIDDLE)).toBe(seconds(30));
  expect([1, 2, 3, 7].map((failures) => backoff(SYNC_BACKOFF, failures, MIDDLE))).toEqual([
    seconds(15),
    seconds(30),
    seconds(60),
    minutes(15),
  ]);
});
