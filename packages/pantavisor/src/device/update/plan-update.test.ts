import { describe, expect, test } from "vitest";
import type { RevisionInfo, UpdateRecord } from "../../wire/revision-info.ts";
import { TIMINGS } from "../settings.ts";
import { finished, planUpdate, settled, type UpdateAction, type UpdateCircumstances } from "./plan-update.ts";

const NOW = 1_000_000;
const at = (more: Partial<UpdateCircumstances> = {}): UpdateCircumstances => ({
  now: NOW,
  timing: TIMINGS.fast,
  told: undefined,
  cameUpTrying: false,
  ...more,
});
const updating = (more: Partial<UpdateRecord> = {}): RevisionInfo => ({
  rev: "1",
  try_rev: "2",
  processed: 1,
  update: { revision: 2, stage: "queued", since: NOW, ...more },
});

/** An action as one word, with what matters of it. */
function said(action: UpdateAction | undefined): string {
  if (action === undefined) return "nothing";
  switch (action.do) {
    case "tell":
      return `tell ${action.progress.status} ${action.progress.progress}`;
    case "enter":
      return `enter ${action.stage}`;
    case "finish":
      return `finish ${action.outcome.status}`;
    case "decide":
      return `decide ${action.decision}`;
    case "wait":
      return `wait ${action.until ?? "for ever"}`;
    default:
      return action.do;
  }
}

describe("what comes next", () => {
  const slow = { timing: { downloadMs: 500, installMs: 300, rebootMs: 100 } };
  test.each<[string, Partial<UpdateRecord>, Partial<UpdateCircumstances>]>([
    ["tell QUEUED 0", { stage: "queued" }, {}],
    ["enter downloading", { stage: "queued" }, { told: "queued" }],
    ["tell DOWNLOADING 10", { stage: "downloading" }, { told: "queued" }],
    ["download", { stage: "downloading" }, { told: "downloading" }],
    ["wait 1000500", { stage: "downloading" }, { told: "downloading", ...slow }],
    ["tell INPROGRESS 50", { stage: "installing" }, {}],
    ["tell INPROGRESS 60", { stage: "installing" }, { told: "installing" }],
    ["wait 1000300", { stage: "installing" }, { told: "installing", ...slow }],
    ["install", { stage: "installing" }, { told: "installed" }],
    ["tell TESTING 75", { stage: "testing" }, {}],
    ["ask", { stage: "testing" }, { told: "testing" }],
    ["wait 1000001", { stage: "testing", asked: { id: "q", deadline: NOW + 1 } }, { told: "testing" }],
    ["wait for ever", { stage: "testing", asked: { id: "q" } }, { told: "testing" }],
    ["decide done", { stage: "testing", asked: { id: "q", deadline: NOW } }, { told: "testing" }],
    ["enter rebooting", { stage: "testing", decision: "done" }, {}],
    ["finish UPDATED", { stage: "testing", decision: "updated" }, {}],
    ["finish ERROR", { stage: "testing", decision: "error" }, {}],
    ["finish WONTGO", { stage: "testing", decision: "wontgo" }, {}],
    ["tell INPROGRESS 80", { stage: "rebooting" }, {}],
    ["reboot", { stage: "rebooting" }, { told: "rebooting" }],
    ["try", { stage: "rebooting" }, { cameUpTrying: true }],
  ])("%s", (expected, update, circumstances) => {
    expect(said(planUpdate(updating(update), at(circumstances)))).toBe(expected);
  });

  test("without an update there is nothing, and an end that the cloud does not know comes first", () => {
    expect(said(planUpdate({ rev: "1", try_rev: "1" }, at()))).toBe("nothing");
    const info = updating();
    if (info.update === undefined) throw new Error("it is updating");
    expect(said(planUpdate(finished(info, info.update, { status: "DONE", message: "" }), at()))).toBe("tell-end");
  });
});

test.each([
  ["DONE", { rev: "2", try_rev: "2" }, { rev: "2", try_rev: "2" }],
  ["UPDATED", { rev: "1", try_rev: "2", processed: 2 }, { rev: "2", try_rev: "2" }],
  ["ERROR", { rev: "1", try_rev: "1", processed: 2 }, { rev: "1", try_rev: "1", processed: 2 }],
  ["WONTGO", { rev: "1", try_rev: "1", processed: 2 }, { rev: "1", try_rev: "1", processed: 2 }],
] as const)("an update that ends %s is at once wholly new or wholly old", (status, before, after) => {
  const info = updating();
  if (info.update === undefined) throw new Error("it is updating");
  const end = finished(info, info.update, { status, message: "m" });
  expect(end).toEqual({ ...before, untold: { revision: 2, progress: expect.objectContaining({ status }) as unknown } });
  expect(settled(end)).toEqual(after);
});
