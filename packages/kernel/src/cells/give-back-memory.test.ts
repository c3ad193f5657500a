import { expect, test } from "vitest";
import { giveBackMemory } from "./give-back-memory.ts";

test("what nobody holds any more is collected, and the inspector is let go each time", async () => {
  const dropped = new WeakRef({ much: Array.from({ length: 1000 }, () => "of it") });
  const held = { much: ["of it"] };
  const kept = new WeakRef(held);
  await giveBackMemory();
  await giveBackMemory();
  expect(dropped.deref()).toBeUndefined();
  expect(kept.deref()).toBe(held);
});
