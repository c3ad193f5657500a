import { type JsonObject, later, seconds } from "@understudy/kernel";
import { describeWeights, type InvitationAnswer } from "../../wire/automation.ts";
import { isoSeconds } from "../../wire/device-metadata.ts";
import { isRecord, parseJsonOrNothing } from "../../wire/fields.ts";
import {
  FLEET_KEY,
  type FleetAnswer,
  type FleetMessage,
  readFleetMessage,
  renderFleetAnswer,
} from "../../wire/invitation.ts";
import { equalJson } from "../../wire/metadata-value.ts";
import type { Core } from "../core.ts";
import { USER_META_FILE } from "../layout.ts";
import { readStored, setExtra } from "../metadata/extra-metadata.ts";
import { markUnsent } from "../metadata/push-device-metadata.ts";
import { showQuestion } from "../show-question.ts";
import { automationOf, drawn } from "../update/update-question.ts";
import { INVITATION_TIMEOUT, invitationQuestionId, invitationState } from "./invitation-question.ts";
import { planInvitation, preferredUpdate } from "./plan-invitation.ts";

/** Name of the wake-up at which an unanswered invitation is put off. */
export const INVITATION_WAKE = "invitation";

/** Takes notice of the fleet message in the user metadata that have just come or, at boot, were stored. */
export function noticeInvitation(core: Core, userMetadata: JsonObject): void {
  const read = readFleetMessage(userMetadata[FLEET_KEY]);
  if (read?.ok === false) core.world.log.warn(`Failed to parse invite token: ${read.problem}`);
  const message = read?.ok === true ? read.value : undefined;
  if (message === undefined ? core.invite === undefined : equalJson(message, core.invite)) return;
  core.invite = message;
  core.putOff = undefined;
  core.change("invitation", { invitation: message === undefined ? null : invitationState(message) });
}

/** {@link noticeInvitation} for what is stored. */
export async function noticeStoredInvitation(core: Core): Promise<void> {
  const text = await core.world.storage.readText(USER_META_FILE);
  if (text === undefined || !text.includes(FLEET_KEY)) return;
  const value = parseJsonOrNothing(text)?.value;
  if (isRecord(value)) noticeInvitation(core, value as JsonObject); // parsed from JSON text
}

/** Does what there is to do about an invitation, until nothing is left but waiting. */
export async function runInvitation(core: Core): Promise<void> {
  for (;;) {
    const { invite, asked } = core;
    if (invite === undefined && asked === undefined) return;
    const answer = readFleetMessage((await readStored(core))[FLEET_KEY]);
    const action = planInvitation({
      now: core.now,
      message: invite,
      answer: answer?.ok === true ? answer.value : undefined,
      open: asked === undefined ? undefined : { deployment: asked.message.deployment, deadline: asked.deadline },
      putOff: core.putOff,
      automatic: automationOf(core).enabled,
    });
    if (action === undefined) return;
    switch (action.do) {
      case "ask":
        open(core, action.message);
        return;
      case "withdraw":
        close(core);
        break;
      case "accept":
        core.say("Invitation is MANDATORY. Automatically ACCEPTING.");
        await answerInvitation(core, action.message, "accept", action.why);
        break;
      case "draw":
        await draw(core, action.message);
        break;
      case "put-off":
        await answerInvitation(core, action.message, "later", "timeout");
        break;
    }
  }
}

function open(core: Core, message: FleetMessage): void {
  core.asked = { message, deadline: later(core.now, INVITATION_TIMEOUT) };
  core.world.clock.wake(INVITATION_TIMEOUT, { name: INVITATION_WAKE });
  showQuestion(core);
}

function close(core: Core): void {
  core.asked = undefined;
  core.world.clock.cancelWake(INVITATION_WAKE);
  showQuestion(core);
}

async function draw(core: Core, message: FleetMessage): Promise<void> {
  const automation = automationOf(core);
  const question = `${invitationQuestionId(message.deployment)}/${core.timesPutOff}`;
  const choice = drawn(core, automation, question, automation.invitation);
  core.say(`[AUTO] Invitation response: ${choice} (weights: ${describeWeights(automation.invitation)})`);
  await answerInvitation(core, message, choice, `automation (${describeWeights(automation.invitation)})`);
}

/**
 * Gives an answer to an invitation. It is stored at once and goes up with the next metadata. `later` says nothing and asks
 * again in the next cycle, unless the device's user wants to be reminded at a given time.
 */
export async function answerInvitation(
  core: Core,
  message: FleetMessage,
  choice: InvitationAnswer,
  by: string,
  wish?: string,
): Promise<void> {
  const answer = answerOf(core, message, choice, wish);
  core.say(sayingOf(choice, answer));
  if (answer === undefined) {
    core.putOff = message.deployment;
    core.timesPutOff++;
  } else await setExtra(core, FLEET_KEY, renderFleetAnswer(message, answer));
  core.change("invitation-answered", {}, { deployment: message.deployment, answer: choice, by });
  if (answer !== undefined) {
    markUnsent(core, FLEET_KEY);
    core.agenda.deviceMetadata = 0;
  }
  close(core);
}

function sayingOf(choice: InvitationAnswer, answer: FleetAnswer | undefined): string {
  if (answer?.type === "ASKAGAIN") return `Asking to remind later (at ${answer.askAgainUpdate})...`;
  if (choice === "later") return "Invitation put off to the next cycle.";
  return choice === "accept" ? "Accepting invitation..." : "Skipping invitation...";
}

function answerOf(
  core: Core,
  message: FleetMessage,
  choice: InvitationAnswer,
  wish: string | undefined,
): FleetAnswer | undefined {
  switch (choice) {
    case "accept":
      return { type: "ACCEPT", preferredUpdate: preferredUpdate(message, wish ?? core.mocker.preferredUpdate) };
    case "skip":
      return { type: "SKIP" };
    case "later": {
      const after = core.mocker.askAgainSeconds;
      if (after === undefined) return undefined;
      return { type: "ASKAGAIN", askAgainUpdate: isoSeconds(later(core.now, seconds(after))) };
    }
  }
}
