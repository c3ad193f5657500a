import type { Instant } from "@understudy/kernel";
import { expect, test } from "vitest";
import { FIRST_CONFIG } from "./config-state.ts";
import { lockedBy, scopeOf, takeLock } from "./locks.ts";

const LOCALHOST = "/config/devices/entry[@name='localhost.localdomain']";

test.each([
  [`${LOCALHOST}/vsys/entry[@name='vsys1']/address`, "ann"],
  [`${LOCALHOST}/vsys/entry[@name='vsys2']/address`, undefined],
  [`${LOCALHOST}/vsys`, "ann"],
  [`${LOCALHOST}/vsys/entry`, "ann"],
  [LOCALHOST, "ann"],
  ["/config/devices/entry/vsys", "ann"],
  ["/config", "ann"],
  [`${LOCALHOST}/network/interface`, undefined],
  ["/config/shared/address", undefined],
])("with a lock on vsys1, a write at %s is kept off by %s", (xpath, holder) => {
  const taken = takeLock(FIRST_CONFIG, "config", "vsys1", "ann", "", 0 as Instant);
  if (!taken.ok) throw new Error(taken.text);
  expect(lockedBy(taken.config, "config", scopeOf(xpath), "bob")).toBe(holder);
  expect(lockedBy(taken.config, "config", scopeOf(xpath), "ann")).toBeUndefined();
});
