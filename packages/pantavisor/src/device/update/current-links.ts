import { runningRevision } from "../../wire/revision-info.ts";
import type { Core } from "../core.ts";
import { CURRENT_LOGS_LINK, CURRENT_TRAIL_LINK } from "../layout.ts";

/** Makes `trails/current` and `logs/current` name the running revision. */
export async function linkCurrent(core: Core): Promise<void> {
  if (core.settings.layout === "least") return;
  const { storage } = core.world;
  const revision = runningRevision(core.info);
  for (const link of [CURRENT_TRAIL_LINK, CURRENT_LOGS_LINK]) {
    if ((await storage.readLink(link)) === revision) continue;
    await storage.remove(link);
    await storage.link(link, revision);
  }
}
