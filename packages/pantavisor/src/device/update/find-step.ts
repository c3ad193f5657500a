import type { HttpReply } from "@understudy/kernel";
import { type HubStep, readStep } from "../../wire/hub-replies.ts";
import { isFinal, progressOf } from "../../wire/progress.ts";
import { processedOf, type RevisionInfo, runningRevision } from "../../wire/revision-info.ts";
import type { Core, Identity } from "../core.ts";
import { ask, attempt, jsonOf } from "../hub/exchange.ts";
import { isBusy, refusal, unreadable } from "../hub/trouble.ts";
import { commitMessageFile, progressFile, stateFile } from "../layout.ts";

/** A fresh device of a busy trail walks over so many finished steps in one go; the rest follows with the next check. */
const MOST_SKIPPED = 100;

/** The step of that number; `undefined` when the hub has none. */
export async function fetchStep(core: Core, identity: Identity, revision: number): Promise<HubStep | undefined> {
  await attempt(core, "find-step");
  const reply = await ask(core, "GET", `/trails/${identity.id}/steps/${revision}`);
  if (reply.status !== 200) return noStep(reply);
  const read = readStep(await jsonOf(reply));
  if (!read.ok) throw unreadable(`step ${revision}`, read.problem);
  return read.value;
}

/** The hub says 500 (or 404) where there is no such step; what says "later" is trouble. */
function noStep(reply: HttpReply): undefined {
  if (isBusy(reply.status) || reply.status === 403) throw refusal(reply, "the next step");
  return undefined;
}

/**
 * Looks for the step after the last one that needs nothing more, passing over steps that have already ended. True when a new
 * update was taken up.
 */
export async function findStep(core: Core, identity: Identity): Promise<boolean> {
  for (let skipped = 0; skipped < MOST_SKIPPED; skipped++) {
    const next = processedOf(core.info) + 1;
    if (skipped === 0) core.say("Checking for updates (steps)...");
    const step = await fetchStep(core, identity, next);
    if (step === undefined) return false;
    if (step.status === undefined || !isFinal(step.status)) {
      await takeUp(core, next, step);
      return true;
    }
    await pass(core, next, step);
  }
  return false;
}

async function pass(core: Core, revision: number, step: HubStep): Promise<void> {
  const ended = { ...progressOf("DONE", 100, "Ended before this device saw it"), status: step.statusText };
  await core.world.storage.write(progressFile(String(revision)), JSON.stringify(ended));
  core.say(`Skipping revision ${revision} (Terminal Status: ${step.statusText}) - Marking as processed.`);
  await core.commit({ ...core.info, processed: revision });
  core.change("step-skipped", { status: step.statusText }, { revision: String(revision) });
}

/** Stores the state first, then that it is being tried: with the second write the update is there, for good. */
async function takeUp(core: Core, revision: number, step: HubStep): Promise<void> {
  const { storage } = core.world;
  const name = String(revision);
  await storage.write(stateFile(name), JSON.stringify(step.state));
  if (step.commitMessage !== "") await storage.write(commitMessageFile(name), step.commitMessage);
  await storage.sync();
  const from = runningRevision(core.info);
  const info: RevisionInfo = {
    rev: core.info.rev,
    try_rev: name,
    processed: revision - 1,
    update: { revision, stage: "queued", since: core.now, ...(from !== core.info.rev && { from }) },
  };
  await core.commit(info);
  core.say(`New step found: Revision ${revision}`);
  core.say(`Starting new revision ${revision} (Previous: ${from})`);
  core.told = undefined;
  core.change(
    "update-found",
    { phase: core.phase(), trying: name, progress: 0 },
    { commitMessage: step.commitMessage },
  );
}
