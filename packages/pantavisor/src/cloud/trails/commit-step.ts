import { replace, type Write } from "@understudy/kernel";
import { isFinalStatus, isGoodStatus } from "../../wire/pantahub/progress.ts";
import type { Hub } from "../hub.ts";
import { type StepRow, stepTable, type TrailRow, trailTable } from "../tables/trail-rows.ts";
import { withStatus } from "./step-rows.ts";

/** Writes that give a step another progress and bring its trail's numbers in line. */
export async function progressWrites(
  hub: Hub,
  trail: TrailRow,
  before: StepRow,
  after: StepRow,
): Promise<{ readonly writes: Write[]; readonly trail: TrailRow }> {
  const counted = withStatus(trail, before, after) ?? (await recounted(hub, trail, before, after));
  const next = { ...counted, touched: after.modified };
  return { writes: [replace(stepTable, before, after), replace(trailTable, trail, next)], trail: next };
}

/** Asks the other steps, newest first, which of them count now. */
async function recounted(hub: Hub, trail: TrailRow, before: StepRow, after: StepRow): Promise<TrailRow> {
  const others = (await hub.find.stepsOfTrail.all([trail.id])).filter((step) => step.rev !== after.rev);
  const steps = [...others, after].sort((a, b) => b.rev - a.rev);
  const shown = steps.find((step) => step.status !== "NEW");
  return {
    ...trail,
    open: trail.open + Number(!isFinalStatus(after.status)) - Number(!isFinalStatus(before.status)),
    shown: shown?.rev ?? -1,
    status: shown?.status ?? "",
    good: steps.find((step) => isGoodStatus(step.status))?.rev ?? -1,
  };
}
