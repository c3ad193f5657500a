import type { Instant } from "@understudy/kernel";
import { expect, test } from "vitest";
import type { ShownJob } from "../../wire/messages/job.ts";
import type { SoftwareEntry } from "../../wire/messages/software.ts";
import { type Observation, planUpgrade } from "./plan-upgrade.ts";

const entry = (version: string, downloaded: SoftwareEntry["downloaded"]): SoftwareEntry => ({
  version,
  fileName: "",
  sizeMib: 1,
  releasedOn: "",
  downloaded,
  current: false,
  latest: false,
  uploaded: false,
  sha256: "",
});
const job = (id: number, status: ShownJob["status"], result: ShownJob["result"]): ShownJob => ({
  id,
  type: "SWInstall",
  user: "",
  status,
  result,
  progress: 0,
  enqueuedAt: "",
  dequeuedAt: "",
  finishedAt: "",
  description: "",
  position: 0,
  stoppable: false,
  details: [],
  warnings: [],
});
const software = (...entries: SoftwareEntry[]) => ({ updatedAt: 0 as Instant, entries });
const seen = (more: Partial<Observation>): Observation => ({
  running: "10.1.0",
  ready: true,
  pairSettled: true,
  software: software(entry("11.1.0", "no")),
  jobs: [],
  started: [],
  ...more,
});
const there = software(entry("11.1.0", "yes"));

test.each([
  ["not there yet", seen({}), { do: "download", version: "11.1.0" }],
  ["a job runs", seen({ jobs: [job(2, "ACT", "PEND")] }), { do: "wait" }],
  ["there", seen({ software: there }), { do: "install", version: "11.1.0" }],
  [
    "installed",
    seen({ software: there, jobs: [job(3, "FIN", "OK")], started: [{ id: 3, what: "install", version: "11.1.0" }] }),
    { do: "restart" },
  ],
  ["boots", seen({ running: "11.1.0", ready: false }), { do: "wait" }],
  ["pair unsettled", seen({ running: "11.1.0", pairSettled: false }), { do: "wait" }],
  ["done", seen({ running: "11.1.0" }), { do: "done" }],
])("%s", (_, observation, step) => {
  expect(planUpgrade("11.1.0", [], observation)).toEqual(step);
});

test("a job of the operator that failed ends the upgrade; the failure of another does not", () => {
  const failed = job(3, "FIN", "FAIL");
  expect(
    planUpgrade("11.1.0", [], seen({ jobs: [failed], started: [{ id: 3, what: "download", version: "11.1.0" }] })),
  ).toEqual({ do: "give-up", job: failed });
  expect(planUpgrade("11.1.0", [], seen({ jobs: [failed] }))).toEqual({ do: "download", version: "11.1.0" });
});

test("images on the way are downloaded first", () => {
  expect(planUpgrade("11.1.0", ["11.0.0"], seen({ software: there }))).toEqual({ do: "download", version: "11.0.0" });
});
