import {
  type Address,
  type Blobs,
  type EventRecorder,
  later,
  tcp,
  VirtualCell,
  type WriteProbe,
} from "@understudy/kernel";
import type { Lab, LabCloud } from "../lab/lab.ts";
import { type CellPlan, devicesOf } from "./plan-cells.ts";
import { playTimeline, type TimelineFailure } from "./play-timeline.ts";

/** A place where a cloud's belief and a device did not agree when the cell came to its end. */
export interface Finding {
  readonly device: string;
  readonly key: string;
  readonly belief: unknown;
  readonly reality: unknown;
}

/** What became of a cell. */
export interface CellReport {
  readonly cell: number;
  readonly devices: number;
  readonly events: number;
  /** Devices by the phase in which they ended. */
  readonly phases: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly failures: readonly TimelineFailure[];
}

export interface RunCellOptions {
  readonly events: EventRecorder;
  /** Blobs that cells of one process share. */
  readonly blobs?: Blobs;
  readonly probe?: WriteProbe;
}

/** Name of a cloud's slice: with more than one cell, each has its own. */
export const sliceName = (cloud: LabCloud, cell: number, cells: number): string =>
  cells > 1 ? `${cloud.name}@${cell}` : cloud.name;

/** Builds a cell, switches everything on, and starts its timeline; time has not passed yet. */
export async function openCell(
  lab: Lab,
  plan: CellPlan,
  cells: number,
  options: RunCellOptions & { readonly failed: (failure: TimelineFailure) => void },
): Promise<VirtualCell> {
  const cell = new VirtualCell({
    seed: lab.seed,
    cell: plan.number,
    faults: lab.faults,
    events: options.events,
    ...(options.blobs === undefined ? {} : { blobs: options.blobs }),
    ...(options.probe === undefined ? {} : { probe: options.probe }),
  });
  const { cloud } = plan;
  const cloudName = cloud === undefined ? undefined : sliceName(cloud, plan.number, cells);
  if (cloud !== undefined && cloudName !== undefined) {
    const listen: Record<string, Address> = {};
    for (const [endpoint, port] of Object.entries(cloud.family.ports)) listen[endpoint] = tcp(cloud.name, port);
    await cell.addCloud(cloud.family, { name: cloudName, options: cloud.options, listen });
  }
  const fleetOf = new Map<string, string>();
  for (const slice of plan.slices) {
    const { fleet } = slice;
    for (const device of devicesOf(slice)) {
      fleetOf.set(device.id, fleet.name);
      await cell.addDevice(
        fleet.family,
        device,
        cloudName === undefined ? { decide: fleet.decide } : { cloud: cloudName, decide: fleet.decide },
      );
    }
  }
  for (const id of cell.devices.keys()) await cell.power.on(id);
  playTimeline(lab, cell, (id) => fleetOf.get(id), options.failed);
  return cell;
}

/** Runs one cell of a lab in virtual time from beginning to end. */
export async function runCell(lab: Lab, plan: CellPlan, cells: number, options: RunCellOptions): Promise<CellReport> {
  let events = 0;
  const counting: EventRecorder = {
    record: (event) => {
      events++;
      options.events.record(event);
    },
  };
  const failures: TimelineFailure[] = [];
  const cell = await openCell(lab, plan, cells, {
    ...options,
    events: counting,
    failed: (failure) => failures.push(failure),
  });
  await cell.time.runUntil(later(cell.time.now(), lab.duration));
  return reportOf(cell, plan.number, events, failures);
}

function reportOf(cell: VirtualCell, number: number, events: number, failures: readonly TimelineFailure[]): CellReport {
  const phases: Record<string, number> = {};
  const findings: Finding[] = [];
  for (const id of cell.devices.keys()) {
    const { phase } = cell.stateOf(id);
    phases[phase] = (phases[phase] ?? 0) + 1;
    for (const difference of cell.differences(id)) findings.push({ device: id, ...difference });
  }
  return { cell: number, devices: cell.devices.size, events, phases, findings, failures };
}
