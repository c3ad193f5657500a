import type { Caller } from "../../wire/pantahub/claims.ts";
import { isId } from "../../wire/pantahub/object-id.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { deviceTable } from "../tables/device-rows.ts";
import { type StepRow, stepTable, type TrailRow, trailTable } from "../tables/trail-rows.ts";

/** What a caller is to a trail. `reader`: the device is public. */
export type Part = "owner" | "device" | "reader" | "nobody";

export async function partIn(hub: Hub, trail: TrailRow, caller: Caller): Promise<Part> {
  if (caller.device === trail.id) return "device";
  if (caller.device === "" && caller.prn === trail.owner) return "owner";
  return (await isPublic(hub, trail)) ? "reader" : "nobody";
}

export async function isPublic(hub: Hub, trail: TrailRow): Promise<boolean> {
  return (await hub.store.get(deviceTable, trail.id))?.public === true;
}

/** The trail of that id. Refuses with 500 an unknown one, and what is no id. */
export async function knownTrail(hub: Hub, id: string): Promise<TrailRow> {
  const trail = isId(id) ? await hub.store.get(trailTable, id) : undefined;
  if (trail === undefined) throw new Refusal(500, "No such trail");
  return trail;
}

const REVISION = /^(?:0|[1-9]\d{0,8})$/;

/** The step of that revision; `undefined` when the text is no revision or there is none. */
export async function stepOf(hub: Hub, trail: TrailRow, rev: string): Promise<StepRow | undefined> {
  if (!REVISION.test(rev) || Number(rev) > trail.newest) return undefined;
  return hub.store.get(stepTable, trail.id, Number(rev));
}

/** A step and the caller's part in its trail. */
export interface Found {
  readonly trail: TrailRow;
  readonly step: StepRow | undefined;
  readonly part: Part;
}

export async function findStep(
  hub: Hub,
  params: { readonly id: string; readonly rev: string },
  caller: Caller,
): Promise<Found> {
  const trail = await knownTrail(hub, params.id);
  const part = await partIn(hub, trail, caller);
  return { trail, part, step: part === "nobody" ? undefined : await stepOf(hub, trail, params.rev) };
}
