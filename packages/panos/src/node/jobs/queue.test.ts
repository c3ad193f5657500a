import { instant, later, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { finishTask } from "../finish-task.ts";
import { firstNodeState, type NodeState } from "../state.ts";
import { progressOf } from "./job.ts";
import { advanceJobs, enqueue, nextDue, positionInQueue, REMEMBERED_JOBS } from "./queue.ts";

const start = instant(1_000_000_000);
const at = (s: number) => later(start, seconds(s));
const fresh = firstNodeState({ version: "10.1.0", images: [], diskFreeGb: 15, appVersion: "1" }, start);

const downloading = (node: NodeState, s: number, length = 10) =>
  enqueue(
    node,
    {
      type: "Downld",
      task: { kind: "download", version: "10.2.0", syncToPeer: false },
      user: "admin",
      length: seconds(length),
      fate: { kind: "ok" },
    },
    at(s),
  ).node;
const exclusive = (node: NodeState, s: number) =>
  enqueue(
    node,
    { type: "Validate", task: { kind: "autocommit" }, user: "admin", length: seconds(4), fate: { kind: "ok" } },
    at(s),
  ).node;
const advance = (node: NodeState, s: number) => advanceJobs(node, at(s), finishTask);

describe("a job", () => {
  test("starts at once, rises, and ends when it is due", () => {
    const started = advance(downloading(fresh, 0), 0).node;
    const job = started.jobs[1];
    expect([0, 4, 9.99].map((s) => job && progressOf(job, at(s)))).toEqual([0, 40, 99]);
    expect(nextDue(started)).toBe(at(10));
    expect(advance(started, 9).node).toBe(started);
    const { node, ended } = advance(started, 12);
    expect(ended).toMatchObject([{ id: 2, end: { at: at(10), result: "OK" } }]);
    expect(node).toMatchObject({ images: ["10.2.0"], diskFreeGb: 13 });
    expect(advance(node, 12).node).toBe(node);
  });

  test("that is stuck stays where it is", () => {
    const stuck = enqueue(
      fresh,
      {
        type: "SWInstall",
        task: { kind: "install", version: "1" },
        user: "",
        length: seconds(10),
        fate: { kind: "stuck", percent: 99 },
      },
      at(0),
    ).node;
    const { node } = advance(advance(stuck, 0).node, 1000);
    const job = node.jobs[1];
    expect(job && progressOf(job, at(1000))).toBe(99);
    expect(nextDue(node)).toBeUndefined();
  });
});

test("commit-like jobs run one at a time, in order", () => {
  const three = exclusive(exclusive(exclusive(fresh, 0), 0), 0);
  const { node } = advance(three, 0);
  expect(node.jobs.map((job) => positionInQueue(node.jobs, job))).toEqual([0, 0, 1, 2]);
  const later = advance(node, 9).node;
  expect(later.jobs.map((job) => [job.started, job.end?.at])).toEqual([
    [fresh.bootedAt, fresh.jobs[0]?.end?.at],
    [at(0), at(4)],
    [at(4), at(8)],
    [at(8), undefined],
  ]);
});

test("only so many finished jobs are remembered", () => {
  let node = fresh;
  for (let n = 0; n < REMEMBERED_JOBS + 50; n++) node = advance(downloading(node, n, 0), n).node;
  expect(node.jobs).toHaveLength(REMEMBERED_JOBS);
  expect(node.jobs.at(-1)?.id).toBe(REMEMBERED_JOBS + 51);
});
