import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { UnderstudyError } from "@understudy/kernel";
import { type LabSource, readLab } from "../lab/read-lab.ts";
import { type LabReport, labReport } from "../run/lab-report.ts";
import { planCells } from "../run/plan-cells.ts";
import { type CellReport, runCell } from "../run/run-cell.ts";
import type { CellTask, FromWorker } from "./cell-worker.ts";
import { EventSpool, mergeSpools } from "./event-spool.ts";

export interface RunLabOptions {
  /** Threads that run cells; the result does not depend on it. Default 1: in this thread. */
  readonly workers?: number;
  /** Where the event file goes; absent: events are only counted. */
  readonly eventsTo?: string;
  readonly onCell?: (done: number, cells: number) => void;
}

/** Runs a lab in virtual time, cell by cell. The event file is the same for any number of workers. */
export async function runLab(source: LabSource, options: RunLabOptions = {}): Promise<LabReport> {
  const lab = await readLab(source);
  const plans = planCells(lab);
  const spools = options.eventsTo === undefined ? undefined : mkdtempSync(join(tmpdir(), "understudy-events-"));
  try {
    const workers = Math.min(options.workers ?? 1, plans.length);
    const reports: CellReport[] = [];
    const done = (report: CellReport): void => {
      reports.push(report);
      options.onCell?.(reports.length, plans.length);
    };
    if (workers <= 1) {
      for (const plan of plans) {
        const spool = new EventSpool();
        done(
          await runCell(lab, plan, plans.length, {
            events: spools === undefined ? { record: () => undefined } : spool,
          }),
        );
        if (spools !== undefined) spool.writeTo(spools, plan.number);
      }
    } else {
      await runOnWorkers(source, spools, plans.length, workers, done);
    }
    if (spools !== undefined && options.eventsTo !== undefined) mergeSpools(spools, plans.length, options.eventsTo);
    return labReport(reports);
  } finally {
    if (spools !== undefined) rmSync(spools, { recursive: true, force: true });
  }
}

/** Each worker asks for the next cell when it has finished one. */
async function runOnWorkers(
  source: LabSource,
  spools: string | undefined,
  cells: number,
  count: number,
  done: (report: CellReport) => void,
): Promise<void> {
  let next = 0;
  const url = new URL(import.meta.url.endsWith(".ts") ? "./cell-worker.ts" : "./cell-worker.js", import.meta.url);
  const runWorker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(url, { workerData: { source, spools } });
      const give = (): void => {
        const task: CellTask = next < cells ? { cell: next++ } : { cell: undefined };
        worker.postMessage(task);
      };
      worker.on("message", (message: FromWorker) => {
        if (message.kind === "failed") {
          void worker.terminate();
          reject(
            new UnderstudyError("cell-failed", `Cell ${message.cell} failed: ${message.error}`, {
              cell: message.cell,
              stack: message.stack,
            }),
          );
          return;
        }
        if (message.kind === "done") done(message.report);
        give();
      });
      worker.on("error", reject);
      worker.on("exit", (code) =>
        code === 0
          ? resolve()
          : reject(new UnderstudyError("worker-died", `A worker ended with exit code ${code}.`, { code })),
      );
    });
  await Promise.all(Array.from({ length: count }, runWorker));
}
