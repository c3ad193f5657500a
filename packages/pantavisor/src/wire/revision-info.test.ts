import fc from "fast-check";
import { expect, test } from "vitest";
import { progressOf } from "./progress.ts";
import {
  processedOf,
  type RevisionInfo,
  readRevisionInfo,
  renderRevisionInfo,
  runningRevision,
} from "./revision-info.ts";

const whole: RevisionInfo = {
  rev: "1",
  try_rev: "2",
  processed: 1,
  update: {
    revision: 2,
    stage: "testing",
    since: 5,
    from: "locals/a",
    asked: { id: "update-2", deadline: 9 },
    decision: "done",
    download: { size: 3, startSeconds: 1, endSeconds: 2 },
  },
  untold: { revision: 1, progress: progressOf("ERROR", 0, "m") },
};

test("what is written is read again", () => {
  for (const info of [whole, { rev: "0", try_rev: "0" }, { rev: "0", try_rev: "locals/x", processed: 3 }]) {
    expect(readRevisionInfo(renderRevisionInfo(info), 0)).toEqual({ ok: true, value: info });
  }
});

test("an update that the original program left behind is taken up from its beginning", () => {
  const read = readRevisionInfo('{"rev":"3","try_rev":"4"}', 77);
  expect(read).toEqual({
    ok: true,
    value: { rev: "3", try_rev: "4", update: { revision: 4, stage: "queued", since: 77 } },
  });
});

test("an old revision runs until the new one is under test", () => {
  const at = (stage: "queued" | "testing"): RevisionInfo => ({
    rev: "1",
    try_rev: "2",
    update: { revision: 2, stage, since: 0 },
  });
  expect([runningRevision(at("queued")), runningRevision(at("testing"))]).toEqual(["1", "2"]);
  expect(
    runningRevision({ ...at("queued"), update: { revision: 2, stage: "queued", since: 0, from: "locals/a" } }),
  ).toBe("locals/a");
  expect(processedOf({ rev: "7", try_rev: "7" })).toBe(7);
});

test("no text makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readRevisionInfo(text, 0)));
  for (const text of ["", "[]", '{"rev":"../x","try_rev":"1"}', '{"rev":"1"}'])
    expect(readRevisionInfo(text, 0).ok).toBe(false);
});
