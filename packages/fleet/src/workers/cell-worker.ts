import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "@understudy/kernel";
import { type LabSource, readLab } from "../lab/read-lab.ts";
import { type CellPlan, planCells } from "../run/plan-cells.ts";
import { type CellReport, runCell } from "../run/run-cell.ts";
import { EventSpool } from "./event-spool.ts";

/** What a worker is to do next; no cell = end. */
export interface CellTask {
  readonly cell: number | undefined;
}

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly report: CellReport }
  | { readonly kind: "failed"; readonly cell: number; readonly error: string; readonly stack: string | undefined };

interface WorkerData {
  readonly source: LabSource;
  readonly spools: string | undefined;
}

async function work(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("This module is the entry of a worker thread.");
  const { source, spools } = workerData as WorkerData; // given by run-lab.ts
  const lab = await readLab(source);
  const plans = planCells(lab);
  const say = (message: FromWorker): void => port.postMessage(message);
  const runOne = async (plan: CellPlan): Promise<void> => {
    try {
      const spool = new EventSpool();
      const report = await runCell(lab, plan, plans.length, {
        events: spools === undefined ? { record: () => undefined } : spool,
      });
      if (spools !== undefined) spool.writeTo(spools, plan.number);
      say({ kind: "done", report });
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      say({ kind: "failed", cell: plan.number, error: messageOf(error), stack });
    }
  };
  port.on("message", ({ cell }: CellTask) => {
    const plan = cell === undefined ? undefined : plans[cell];
    if (plan === undefined) port.close();
    else void runOne(plan);
  });
  say({ kind: "ready" });
}

await work();
