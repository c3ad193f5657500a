import type { JsonObject } from "@understudy/kernel";
import type { Lab, LabCloud, LabFleet } from "../lab/lab.ts";

/** Devices of one fleet that lie in one cell, as places in the fleet. */
export interface FleetSlice {
  readonly fleet: LabFleet;
  readonly indexes: readonly number[] | { readonly from: number; readonly to: number };
}

/** One cell of a lab in virtual time: at most {@link CELL_SIZE} devices (more only where a family keeps them together). */
export interface CellPlan {
  readonly number: number;
  readonly cloud: LabCloud | undefined;
  readonly slices: readonly FleetSlice[];
}

/** Most devices of a cell, unless a family wants more of them together. */
export const CELL_SIZE = 1_000;

/** The cells of a lab. They follow from the lab alone, never from the number of workers. */
export function planCells(lab: Lab): readonly CellPlan[] {
  const cells: CellPlan[] = [];
  const add = (cloud: LabCloud | undefined, slices: readonly FleetSlice[]): void => {
    cells.push({ number: cells.length, cloud, slices });
  };
  for (const cloud of [...lab.clouds, undefined]) {
    const fleets = lab.fleets.filter((fleet) => fleet.cloud === cloud?.name);
    if (cloud?.family.together === undefined) for (const slices of packed(fleets)) add(cloud, slices);
    else for (const slices of packedTogether(cloud, fleets)) add(cloud, slices);
    if (cloud !== undefined && fleets.length === 0) add(cloud, []);
  }
  return cells;
}

/** Fleets one after another, cut every {@link CELL_SIZE} devices. */
function packed(fleets: readonly LabFleet[]): FleetSlice[][] {
  const cells: FleetSlice[][] = [];
  let room = 0;
  for (const fleet of fleets) {
    for (let from = 0; from < fleet.count; ) {
      if (room === 0) {
        cells.push([]);
        room = CELL_SIZE;
      }
      const to = Math.min(fleet.count, from + room);
      cells.at(-1)?.push({ fleet, indexes: { from, to } });
      room -= to - from;
      from = to;
    }
  }
  return cells;
}

/** Groups that a family keeps together are never cut; a group that does not fit any more begins a new cell. */
function packedTogether(cloud: LabCloud, fleets: readonly LabFleet[]): FleetSlice[][] {
  const places = fleets.flatMap((fleet) => Array.from({ length: fleet.count }, (_, index) => ({ fleet, index })));
  const options: readonly JsonObject[] = places.map(
    ({ fleet, index }) => fleet.devices?.[index]?.options ?? fleet.options,
  );
  const groups = cloud.family.together?.(options) ?? places.map((_, place) => [place]);
  const cells: FleetSlice[][] = [];
  let room = 0;
  for (const group of groups) {
    if (cells.length === 0 || group.length > room) {
      cells.push([]);
      room = CELL_SIZE;
    }
    room -= group.length;
    for (const place of group) {
      const at = places[place];
      if (at !== undefined) cells.at(-1)?.push({ fleet: at.fleet, indexes: [at.index] });
    }
  }
  return cells;
}

/** The devices of a slice: id, place and options. */
export function* devicesOf(
  slice: FleetSlice,
): Generator<{ readonly id: string; readonly index: number; readonly options: JsonObject }> {
  const { fleet, indexes } = slice;
  const at = (index: number): { id: string; index: number; options: JsonObject } => {
    const listed = fleet.devices?.[index];
    return { id: listed?.id ?? `${fleet.name}-${index}`, index, options: listed?.options ?? fleet.options };
  };
  if ("from" in indexes) for (let index = indexes.from; index < indexes.to; index++) yield at(index);
  else for (const index of indexes) yield at(index);
}
