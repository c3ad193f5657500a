import { expect, test } from "vitest";
import { CountedStream } from "../../chance/random.ts";
import { Place, SortedRows } from "./sorted-rows.ts";

interface Row {
  readonly group: number;
  readonly id: number;
}

test("stays sorted through thousands of insertions and removals, and counts and skips right", () => {
  const random = new CountedStream({ high: 1, low: 2 });
  const places = Array.from({ length: 700 }, (_, id) => new Place({ group: id % 7, id }));
  const sorted = new SortedRows(["group", "id"], places);
  for (let id = 700; id < 5_000; id++) {
    const place = new Place({ group: random.integer(0, 6), id });
    places.push(place);
    sorted.add(place);
    if (!random.chance(0.4)) continue;
    const [gone] = places.splice(random.integer(0, places.length - 1), 1);
    if (gone !== undefined) sorted.remove(gone);
  }
  const rows = places.map((place) => place.row as Row).sort((a, b) => a.group - b.group || a.id - b.id);
  const visited = (direction: "asc" | "desc", skip: number): object[] => {
    const seen: object[] = [];
    sorted.visit(sorted.whole, direction, skip, (row) => seen.push(row) > 0);
    return seen;
  };
  expect(visited("asc", 0)).toEqual(rows);
  expect(visited("desc", 1_234)).toEqual(rows.toReversed().slice(1_234));
  expect(sorted.count(sorted.whole)).toBe(rows.length);
  const from = sorted.position((row) => (row as Row).group < 3);
  const to = sorted.position((row) => (row as Row).group <= 3);
  expect(sorted.count({ from, to })).toBe(rows.filter((row) => row.group === 3).length);
  for (const place of places) sorted.remove(place);
  expect(visited("asc", 0)).toEqual([]);
  expect(() => sorted.remove(new Place({ group: 1, id: 1 }))).toThrow("missing in the index");
});
