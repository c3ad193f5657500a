import { type HttpReply, type JsonObject, parseJsonText, readText } from "@understudy/kernel";
import { readMetadata } from "../../wire/hub-replies.ts";
import type { Core, Identity } from "../core.ts";
import { ask, attempt } from "../hub/exchange.ts";
import { successful, unreadable } from "../hub/trouble.ts";
import { USER_META_FILE, USER_META_FOLDER } from "../layout.ts";

/** What a hub says when there are no user metadata; not worth a file. */
const NOTHING = "{}";

/**
 * Fetches the user metadata and stores them when they differ. The hub's list replaces everything, also what was set through
 * the control socket. Resolves to the metadata when they are news (always at the first time after a boot), else to `undefined`.
 */
export async function pullUserMetadata(core: Core, identity: Identity): Promise<JsonObject | undefined> {
  await attempt(core, "pull-metadata");
  core.bus?.synced("sync_progress", 60, "Fetching user-meta...");
  core.bus?.synced("sync_progress", 70, "Downloading user-meta...");
  const reply = successful(await ask(core, "GET", `/devices/${identity.id}/user-meta`), "the user metadata");
  const same = reply.body.kind === "json" && reply.body.value === core.userMetadata;
  const news = same ? undefined : await takeIn(core, reply);
  if (news === undefined) core.bus?.synced("sync_progress", 90, "User-meta unchanged");
  else core.bus?.synced("sync_progress", 80, "Applying user-meta...");
  core.bus?.synced("sync_completed", 100, "Sync complete");
  return news;
}

async function takeIn(core: Core, reply: HttpReply): Promise<JsonObject | undefined> {
  const text = await readText(reply.body);
  if (text === core.userMetadata) return undefined;
  const read = readMetadata(reply.body.kind === "json" ? reply.body.value : parseJsonText(text));
  if (!read.ok) throw unreadable("the user metadata", read.problem);
  const value = read.value as JsonObject; // it came as JSON
  const first = core.userMetadata === undefined;
  const changed = await core.alone(() => replaceStored(core, text));
  core.userMetadata = reply.body.kind === "json" ? reply.body.value : text;
  if (changed) core.tell("user-metadata", { keys: Object.keys(value).length });
  return changed || first ? value : undefined;
}

/** Makes the stored user metadata those of the hub; false when they are already. */
async function replaceStored(core: Core, text: string): Promise<boolean> {
  const { storage } = core.world;
  const before = (await storage.readText(USER_META_FILE)) ?? NOTHING;
  const local = (await storage.list(USER_META_FOLDER)).filter(
    (name) => `${USER_META_FOLDER}/${name}` !== USER_META_FILE,
  );
  if (before === text && local.length === 0) return false;
  for (const name of local) await storage.remove(`${USER_META_FOLDER}/${name}`);
  await storage.write(USER_META_FILE, text);
  await storage.sync();
  return true;
}
