import { type Exit, milliseconds, type UnderstudyError } from "@understudy/kernel";
import type { Decision } from "../../wire/automation.ts";
import type { Progress } from "../../wire/progress.ts";
import { runningRevision, type UpdateRecord, type UpdateStage } from "../../wire/revision-info.ts";
import type { Core } from "../core.ts";
import { attempt } from "../hub/exchange.ts";
import { updateDelayAfter } from "../hub/failures.ts";
import { isTrouble } from "../hub/trouble.ts";
import { showQuestion } from "../show-question.ts";
import { download } from "./download.ts";
import { nowRunning } from "./now-running.ts";
import { finished, type Outcome, planUpdate, type Report, SUCCESS, settled, type UpdateAction } from "./plan-update.ts";
import { report } from "./report.ts";
import { deadlineOf, drawnDecision, updateQuestionId } from "./update-question.ts";

/** Name of the wake-up that goes on with an update. */
export const UPDATE_WAKE = "update";

type Step = "again" | "later" | Exit;

/** Goes on with the update, or with telling its end, as far as it gets without waiting. */
export async function runUpdate(core: Core): Promise<Exit | undefined> {
  for (;;) {
    const action = planUpdate(core.info, {
      now: core.now,
      timing: core.settings.timing,
      told: core.told,
      cameUpTrying: core.cameUpTrying,
    });
    if (action === undefined) return undefined;
    const step = await tryStep(core, action);
    if (core.log !== undefined) await core.writeLog();
    if (step === "later") return undefined;
    if (step !== "again") return step;
  }
}

async function tryStep(core: Core, action: UpdateAction): Promise<Step> {
  try {
    return await runStep(core, action);
  } catch (error) {
    if (!isTrouble(error)) throw error;
    if (action.do === "tell" && action.report === "rebooting") return said(core, action.report, action.progress);
    return postpone(core, error);
  }
}

function postpone(core: Core, error: UnderstudyError): Step {
  core.world.clock.wake(updateDelayAfter(core, error), { name: UPDATE_WAKE });
  return "later";
}

async function runStep(core: Core, action: UpdateAction): Promise<Step> {
  const { update } = core.info;
  if (action.do === "tell-end") return await tellEnd(core);
  if (update === undefined) return "later";
  switch (action.do) {
    case "tell":
      await report(core, update.revision, action.progress);
      return said(core, action.report, action.progress);
    case "enter":
      return await enter(core, update, action.stage);
    case "download":
      return await fetchObjects(core, update);
    case "install":
      return await install(core, update);
    case "ask":
      return await askOrDraw(core, update);
    case "decide":
      return await decide(core, update, action.decision, "timeout");
    case "wait":
      if (action.until !== undefined)
        core.world.clock.wake(milliseconds(action.until - core.now), { name: UPDATE_WAKE });
      return "later";
    case "reboot":
      core.say(`Simulating reboot (${core.settings.timing.rebootMs / 1_000}s wait)...`);
      return { kind: "reboot", after: milliseconds(core.settings.timing.rebootMs) };
    case "try":
      return await tryRevision(core, update);
    case "finish":
      return await finish(core, update, action.outcome);
  }
}

/** The cloud has heard it, or cannot be made to hear it. */
function said(core: Core, told: Report, progress: Progress): Step {
  core.told = told;
  core.updateFailures = 0;
  core.change("update-progress", { phase: core.phase(), status: progress.status, progress: progress.progress });
  return "again";
}

async function enter(core: Core, update: UpdateRecord, stage: UpdateStage): Promise<Step> {
  const before = runningRevision(core.info);
  await core.commit({ ...core.info, update: { ...update, stage, since: core.now } });
  core.change("update-stage", { phase: core.phase() });
  if (runningRevision(core.info) !== before) await nowRunning(core);
  return "again";
}

async function fetchObjects(core: Core, update: UpdateRecord): Promise<Step> {
  const result = await download(core, update);
  core.updateFailures = 0;
  if (!result.ok) return await finish(core, update, result.outcome);
  await core.commit({
    ...core.info,
    update: { ...update, stage: "installing", since: core.now, download: result.download },
  });
  core.change("update-stage", { phase: core.phase() }, { ...result.download });
  return "again";
}

async function install(core: Core, update: UpdateRecord): Promise<Step> {
  const failure = await struck(core, "install");
  return failure === undefined
    ? await enter(core, update, "testing")
    : await finish(core, update, { status: "ERROR", message: `Installation failed: ${failure}` });
}

async function askOrDraw(core: Core, update: UpdateRecord): Promise<Step> {
  const automatic = drawnDecision(core, update.revision);
  if (automatic !== undefined)
    return await decide(core, update, automatic.decision, `automation (${automatic.weights})`);
  const deadline = deadlineOf(core);
  core.say("Awaiting user decision for update (TESTING)...");
  const asked = { id: updateQuestionId(update.revision), ...(deadline === undefined ? {} : { deadline }) };
  const next: UpdateRecord = { ...update, asked };
  await core.commit({ ...core.info, update: next });
  showQuestion(core);
  return "again";
}

/** Stores what was decided about the running test. `by` says who or what decided. */
export async function decide(core: Core, update: UpdateRecord, decision: Decision, by: string): Promise<Step> {
  await core.commit({ ...core.info, update: { ...update, decision } });
  core.say(`Update of revision ${update.revision} decided ${decision} by ${by}.`);
  core.change("decision", {}, { revision: String(update.revision), decision, by });
  showQuestion(core);
  return "again";
}

async function tryRevision(core: Core, update: UpdateRecord): Promise<Step> {
  const failure = (await struck(core, "boot")) ?? (await struck(core, "commit"));
  return await finish(
    core,
    update,
    failure === undefined ? SUCCESS : { status: "ERROR", message: `Revision did not come up: ${failure}` },
  );
}

/** The end: one write makes the device wholly new or wholly old. */
export async function finish(core: Core, update: UpdateRecord, outcome: Outcome): Promise<Step> {
  await core.commit(finished(core.info, update, outcome));
  core.cameUpTrying = false;
  if (core.info.rev === core.info.try_rev && core.info.rev !== String(update.revision)) {
    core.say(`Revision ${update.revision} failed. Rolling back to ${core.info.rev}.`);
  }
  core.told = undefined;
  const change = { phase: core.phase(), status: outcome.status, trying: null, progress: null };
  core.change("update-finished", change, { revision: String(update.revision), message: outcome.message });
  showQuestion(core);
  await nowRunning(core);
  return "again";
}

async function tellEnd(core: Core): Promise<Step> {
  const { untold } = core.info;
  if (untold === undefined) return "later";
  await report(core, untold.revision, untold.progress);
  await core.commit(settled(core.info));
  core.updateFailures = 0;
  core.agenda.steps = 0; // the next step may be waiting already
  core.enterPhase("update-settled");
  return "again";
}

/** The text of a fault that strikes this local operation; delays are served here. */
async function struck(core: Core, operation: "install" | "boot" | "commit"): Promise<string | undefined> {
  try {
    await attempt(core, operation);
    return undefined;
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return String(error.details["error"] ?? "fault");
  }
}
