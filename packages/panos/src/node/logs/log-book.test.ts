import { type Instant, MemoryStorage } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { LOG_FILE_BYTES, LogBook } from "./log-book.ts";
import type { NewLog } from "./log-entry.ts";

const entry = (number: number, type: NewLog["type"] = "system"): NewLog => ({
  at: number as Instant,
  type,
  subtype: "general",
  fields: { opaque: `entry ${number} ${"x".repeat(100)}` },
});

async function aBook() {
  const site = await TestSite.open();
  const storage = new MemoryStorage(site.cell.ground.time);
  return { site, storage, book: new LogBook(storage) };
}

test("entries are numbered and kept in order, also when they are noted at once", async () => {
  const { site, storage, book } = await aBook();
  await using _ = site;
  await Promise.all(Array.from({ length: 50 }, (_unused, at) => book.note([entry(at), entry(at + 0.5)])));
  const all = await new LogBook(storage).entries();
  expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_unused, at) => at + 1));
  expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted((a, b) => a - b));
});

test("the oldest are dropped once there are too many, and numbers go on", async () => {
  const { site, storage, book } = await aBook();
  await using _ = site;
  for (let number = 1; number <= 5000; number++) await book.note([entry(number)]);
  expect((await storage.usage()).used).toBeLessThan(2.1 * LOG_FILE_BYTES);
  const all = await book.entries();
  expect(all.length).toBeGreaterThan(500);
  expect(all.map(({ seq }) => seq)).toEqual(all.map(({ at }) => at));
  expect(all.at(-1)?.seq).toBe(5000);
});

test("one kind can be cleared, and a line that was cut off is no entry", async () => {
  const { site, storage, book } = await aBook();
  await using _ = site;
  await book.note([entry(1, "config"), entry(2)]);
  await book.clear("config");
  await storage.append("logs/current.jsonl", '[3,"system');
  expect((await book.entries()).map(({ at }) => at)).toEqual([2]);
});

test("what the book begins with is the first entry, is written with the next one, and can be cleared", async () => {
  const { site, storage } = await aBook();
  await using _ = site;
  const opening = () => [entry(0, "config")];
  const book = new LogBook(storage, opening);
  expect((await book.entries()).map(({ seq, at }) => [seq, at])).toEqual([[1, 0]]);
  await book.note([entry(7)]);
  expect((await new LogBook(storage).entries()).map(({ seq, at }) => [seq, at])).toEqual([
    [1, 0],
    [2, 7],
  ]);
  await book.clear("config");
  expect((await new LogBook(storage, opening).entries()).map(({ at }) => at)).toEqual([7]);
});
