import { seconds } from "@understudy/kernel";
import type { Core } from "../core.ts";
import { logFolder, OBJECTS_FOLDER, TRAILS_FOLDER, trailFolder } from "../layout.ts";

/** Length of an object's name. */
export const OBJECT_NAME_LENGTH = 64;

/** Names of the objects that are wholly here. */
export const objectNames = async (core: Core): Promise<readonly string[]> =>
  (await core.world.storage.list(OBJECTS_FOLDER)).filter((name) => name.length === OBJECT_NAME_LENGTH);

/** All revisions: those of the hub, then local ones, each by text. */
export async function revisionNames(core: Core): Promise<readonly string[]> {
  const { storage } = core.world;
  const own = (await storage.list(TRAILS_FOLDER)).filter((name) => name !== "current" && name !== "locals");
  const local = await storage.list(`${TRAILS_FOLDER}/locals`);
  return [...(own.includes("0") ? own : ["0", ...own]), ...local.map((name) => `locals/${name}`)];
}

/** Removes what is kept of a revision. */
export async function removeRevision(core: Core, name: string): Promise<void> {
  await core.world.storage.remove(trailFolder(name));
  await core.world.storage.remove(logFolder(name));
}

/** Local revisions and uploads of the last ten minutes are not garbage yet. */
export const GARBAGE_AFTER = seconds(600);
