import { json } from "@understudy/kernel";
import type { Progress } from "../../wire/progress.ts";
import type { Core } from "../core.ts";
import { ask, attempt } from "../hub/exchange.ts";
import { isBusy, refusal } from "../hub/trouble.ts";
import { progressFile } from "../layout.ts";

/**
 * Writes a revision's progress down and tells the cloud. A cloud that does not know the step (any 4xx but those that mean
 * "later") has been told as well as it can be; throws for everything that trying again may mend.
 */
export async function report(core: Core, revision: number, progress: Progress): Promise<void> {
  await core.world.storage.write(progressFile(String(revision)), JSON.stringify(progress));
  core.say(() => `Progress JSON for revision ${revision}: ${JSON.stringify(progress)}`);
  await sendProgress(core, revision, progress);
}

/** Tells the cloud without writing anything down. */
export async function sendProgress(core: Core, revision: number, progress: Progress): Promise<void> {
  await attempt(core, "report");
  if (core.identity === undefined) return;
  const reply = await ask(core, "PUT", `/trails/${core.identity.id}/steps/${revision}/progress`, json(progress));
  if (reply.status === 200) return;
  if (reply.status >= 500 || isBusy(reply.status)) throw refusal(reply, `the progress of revision ${revision}`);
  core.world.log.warn("the hub does not take a progress report", {
    revision,
    status: reply.status,
    said: progress.status,
  });
}
