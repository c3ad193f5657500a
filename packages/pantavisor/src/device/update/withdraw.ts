import { type FinalStatus, isFinal, isSuccess, progressOf } from "../../wire/progress.ts";
import type { UpdateRecord } from "../../wire/revision-info.ts";
import type { Core, Identity } from "../core.ts";
import { progressFile } from "../layout.ts";
import { showQuestion } from "../show-question.ts";
import { linkCurrent } from "./current-links.ts";
import { fetchStep } from "./find-step.ts";

/**
 * Looks whether the cloud has ended the running update by itself, such as by its owner's `wontgo`. If so the device goes back to
 * what it ran before; the cloud need not be told.
 */
export async function heedTheCloud(core: Core, identity: Identity, update: UpdateRecord): Promise<void> {
  const step = await fetchStep(core, identity, update.revision);
  if (step?.status === undefined || !isFinal(step.status) || isSuccess(step.status)) return;
  if (core.info.update?.revision !== update.revision) return;
  await withdraw(core, update, step.status, step.statusText);
}

async function withdraw(core: Core, update: UpdateRecord, status: FinalStatus, statusText: string): Promise<void> {
  const ended = { ...progressOf(status, 0, "Ended by the cloud"), status: statusText };
  await core.world.storage.write(progressFile(String(update.revision)), JSON.stringify(ended));
  await core.commit({ rev: core.info.rev, try_rev: core.info.rev, processed: update.revision });
  core.cameUpTrying = false;
  core.told = undefined;
  const change = {
    phase: core.phase(),
    revision: core.info.rev,
    status: statusText,
    trying: null,
    progress: null,
  };
  core.change("update-withdrawn", change, { revision: String(update.revision) });
  showQuestion(core);
  await linkCurrent(core);
}
