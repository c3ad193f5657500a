import { milliseconds, UsageError } from "@understudy/kernel";
import { DECISIONS, INVITATION_ANSWERS } from "../wire/automation.ts";
import type { Core } from "./core.ts";
import { CHECK_IN_WAKE } from "./hub/check-in.ts";
import { invitationQuestionId } from "./invitation/invitation-question.ts";
import { answerInvitation } from "./invitation/run-invitation.ts";
import { openQuestions } from "./show-question.ts";
import { decide, UPDATE_WAKE } from "./update/run-update.ts";
import { updateQuestionId } from "./update/update-question.ts";

/**
 * Takes a person's answer to an open question. `wish`, for an accepted invitation: when the update is wanted. Throws `UsageError` for a
 * question that is not open (any more) and for a choice that it does not have.
 */
export async function answerQuestion(core: Core, questionId: string, choice: string, wish?: string): Promise<void> {
  const open = openQuestions(core);
  const question = open.find(({ id }) => id === questionId);
  if (question === undefined) {
    const others = open.map(({ id }) => id).join(", ") || "none";
    throw new UsageError("unknown-question", `There is no open question "${questionId}"; open: ${others}.`, {
      questionId,
    });
  }
  const { update } = core.info;
  const decision = DECISIONS.find((name) => name === choice);
  const answer = INVITATION_ANSWERS.find((name) => name === choice);
  if (update !== undefined && questionId === updateQuestionId(update.revision) && decision !== undefined) {
    await decide(core, update, decision, "answer");
    core.world.clock.wake(milliseconds(0), { name: UPDATE_WAKE });
  } else if (
    core.asked !== undefined &&
    questionId === invitationQuestionId(core.asked.message.deployment) &&
    answer !== undefined
  ) {
    await answerInvitation(core, core.asked.message, answer, "answer", wish);
    core.world.clock.wake(milliseconds(0), { name: CHECK_IN_WAKE });
  } else {
    throw new UsageError(
      "unknown-choice",
      `"${choice}" is no answer to ${questionId}; choose one of ${question.choices.join(", ")}.`,
      { choice },
    );
  }
}
