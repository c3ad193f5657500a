import { expect, test } from "vitest";
import { parseStepFilter, StepFilters } from "./step-filter.ts";

const STATUSES = ["NEW", "QUEUED", "DONE", "ERROR"];
const passing = (filter: string) =>
  STATUSES.filter((status) => parseStepFilter(`progress.status=${encodeURIComponent(filter)}`).status?.passes(status));

test.each([
  ["NEW", ["NEW"]],
  ["", []],
  ['{"$in":["NEW","DONE"]}', ["NEW", "DONE"]],
  ['{"$eq":"DONE"}', ["DONE"]],
  ['{"$ne":"DONE"}', ["NEW", "QUEUED", "ERROR"]],
  ['{"$nin":["NEW","DONE"]}', ["QUEUED", "ERROR"]],
  ['{"$nin":["NEW"],"$ne":"DONE"}', ["QUEUED", "ERROR"]],
  ['{"$exists":true}', STATUSES],
  ['{"$exists":false}', []],
  ['{"$in":"NEW"}', []],
  ['{"$regex":".*"}', []],
  ["{", []],
])("%s", (filter, statuses) => expect(passing(filter)).toEqual(statuses));

test("the C client's filter asks only for steps that have not ended", () => {
  const search =
    "progress.status=%7B%22$in%22:%5B%22NEW%22,%22DOWNLOADING%22,%22INPROGRESS%22,%22TESTING%22,%22QUEUED%22%5D%7D";
  expect(parseStepFilter(search).status).toMatchObject({
    openOnly: true,
    listed: ["NEW", "DOWNLOADING", "INPROGRESS", "TESTING", "QUEUED"],
  });
  expect(parseStepFilter("progress.status=DONE").status?.openOnly).toBe(false);
});

test("pages and fields", () => {
  expect(parseStepFilter("page[size]=2&page[offset]=3&fields=rev,-state")).toMatchObject({
    limit: 2,
    offset: 3,
    fields: { shown: ["rev"], hidden: ["state"] },
  });
  expect(parseStepFilter("page[size]=x")).toMatchObject({ limit: undefined, offset: 0, fields: undefined });
});

test("a question that is asked all the time is read once", () => {
  const filters = new StepFilters();
  expect(filters.read("progress.status=NEW")).toBe(filters.read("progress.status=NEW"));
});
