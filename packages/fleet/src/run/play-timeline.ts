import { type Cell, later, matchesGlob, messageOf } from "@understudy/kernel";
import type { Lab, Selection, TimelineEntry } from "../lab/lab.ts";

/** What came of an entry that could not be carried out. */
export interface TimelineFailure {
  readonly entry: number;
  readonly reason: string;
}

/**
 * Sets the lab's timeline going on a cell: each entry happens at its instant, for those of its devices that are here.
 * `fleetOf` tells a device's fleet; `failed` is called for an entry that could not be carried out.
 */
export function playTimeline(
  lab: Lab,
  cell: Cell,
  fleetOf: (id: string) => string | undefined,
  failed: (failure: TimelineFailure) => void,
): void {
  const { time } = cell.ground;
  const start = time.now();
  for (const [number, entry] of lab.timeline.entries()) {
    const due = (): void => {
      happen(lab, cell, entry, number, fleetOf).catch((error) => failed({ entry: number, reason: messageOf(error) }));
    };
    time.schedule(later(start, entry.at), { due }, number);
  }
}

async function happen(
  lab: Lab,
  cell: Cell,
  entry: TimelineEntry,
  number: number,
  fleetOf: (id: string) => string | undefined,
): Promise<void> {
  switch (entry.kind) {
    case "fault":
      cell.ground.faults.add(entry.rule);
      return;
    case "power-cut": {
      const ids = selected(cell, entry.to, number, fleetOf);
      for (const id of ids) await cell.power.cut(id);
      if (entry.lasting === undefined) return;
      const back = { due: () => void powerOn(cell, ids) };
      cell.ground.time.schedule(later(cell.ground.time.now(), entry.lasting), back, number);
      return;
    }
    case "force":
      await Promise.all(selected(cell, entry.to, number, fleetOf).map((id) => cell.power.force(id, entry.wanted)));
      return;
    case "act": {
      const ids = selected(cell, entry.to, number, fleetOf);
      if (ids.length === 0) return;
      const family = lab.clouds.find((cloud) => cloud.family.name === entry.to.family)?.family;
      if (family === undefined) return;
      const clouds = new Set(ids.map((id) => cell.device(id).cloud));
      for (const cloud of clouds) {
        if (cloud === undefined) continue;
        await cell.act(
          family,
          cloud,
          entry.action,
          entry.args,
          ids.filter((id) => cell.device(id).cloud === cloud),
        );
      }
      return;
    }
    default:
      entry satisfies never;
  }
}

/** Stand-ins that fail to boot say so by their event `failed`. */
async function powerOn(cell: Cell, ids: readonly string[]): Promise<void> {
  await Promise.allSettled(ids.map((id) => cell.power.on(id)));
}

/** The chosen devices of a cell. Shares are drawn from each device's own stream. */
export function selected(
  cell: Cell,
  to: Selection,
  number: number,
  fleetOf: (id: string) => string | undefined,
): readonly string[] {
  const ids: string[] = [];
  for (const { id, family } of cell.devices.values()) {
    if (to.family !== undefined && family.name !== to.family) continue;
    if (to.fleet !== undefined && fleetOf(id) !== to.fleet) continue;
    if (to.device !== undefined && !matchesGlob(to.device, id)) continue;
    if (to.share !== undefined && !cell.ground.random.below(id).stream(`timeline/${number}`).chance(to.share)) continue;
    ids.push(id);
  }
  return ids;
}
