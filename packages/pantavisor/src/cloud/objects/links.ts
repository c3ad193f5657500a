import { storageId } from "../../wire/pantahub/object-resource.ts";
import type { Hub } from "../hub.ts";
import type { ObjectRow } from "../tables/object-rows.ts";

/** Somebody else who has uploaded this content and shows it in a step of a public device. */
export async function findPublicOwner(hub: Hub, sha: string, seeker: string): Promise<string | undefined> {
  for (const row of await hub.find.objectsBySha.all([sha])) {
    if (row.owner !== seeker && row.uploaded && (await isShown(hub, row))) return row.owner;
  }
  return undefined;
}

async function isShown(hub: Hub, row: ObjectRow): Promise<boolean> {
  const id = storageId(row.owner, row.sha);
  for (const device of await hub.find.devicesOfOwner.all([row.owner])) {
    if (!device.public) continue;
    const steps = await hub.find.stepsOfTrail.all([device.id]);
    if (steps.some((step) => step.usedObjects.includes(id))) return true;
  }
  return false;
}
