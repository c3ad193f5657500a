import { type Revision, revisionFromFolder } from "./revision.ts";

/** A folder of this machine as a revision: see `revisionFromFolder`. Throws `UsageError` when there is none. */
export async function revisionOfFolder(path: string, message?: string): Promise<Revision> {
  const { openFolder } = await import("../live/pantahub-ground.ts");
  return revisionFromFolder(await openFolder(path), message);
}
