import { type Clock, type Duration, type Instant, MemoryStores } from "@understudy/kernel";
import { expect, test } from "vitest";
import { CallJournal, callsTable } from "./call-journal.ts";

/** A journal whose wake-ups are counted, not waited for. */
async function aJournal() {
  const store = await new MemoryStores().open("panorama", [callsTable]);
  const wakes: Duration[] = [];
  const clock: Pick<Clock, "now" | "wake"> = { now: () => 5 as Instant, wake: (after) => void wakes.push(after) };
  const journal = new CallJournal(store, clock as Clock); // it uses no more of a clock
  const note = (count: number) => {
    for (let n = 0; n < count; n++)
      journal.note("1", { command: `c${n}`, admin: "a", remote: "r", status: "success", unknown: false }, 1);
  };
  const written = async () => (await store.find(callsTable, {}).all([])).length;
  return { journal, note, wakes, written };
}

test("what waits is written part by part, and what is noted meanwhile waits for the next round", async () => {
  const { journal, note, wakes, written } = await aJournal();
  note(600);
  expect(wakes).toEqual([1_000]);
  await journal.wake();
  expect(await written()).toBe(250);
  note(300);
  await journal.wake();
  await journal.wake();
  expect(await written()).toBe(600);
  expect(wakes).toEqual([1_000, 10, 10, 1_000]);
  await journal.wake();
  await journal.wake();
  expect([await written(), wakes.length]).toEqual([900, 5]);
  note(1);
  expect(wakes).toHaveLength(6);
});

test("a search finds every call, whatever has been written by then", async () => {
  const { journal, note, wakes, written } = await aJournal();
  note(600);
  await journal.wake();
  expect(await journal.search({ limit: 1_000 })).toHaveLength(600);
  await journal.wake(); // was set before the search
  note(1);
  await journal.wake();
  expect(await written()).toBe(601);
  expect(wakes).toEqual([1_000, 10, 1_000]);
});
