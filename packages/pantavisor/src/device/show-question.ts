import type { Question } from "@understudy/kernel";
import type { Core } from "./core.ts";
import { invitationQuestion } from "./invitation/invitation-question.ts";
import { questionState, updateQuestion } from "./update/update-question.ts";

/** The questions that are open, the one that holds the device up first. */
export function openQuestions(core: Core): readonly Question[] {
  const update = updateQuestion(core.info.update);
  const invitation = core.asked === undefined ? undefined : invitationQuestion(core.asked);
  return [update, invitation].filter((question) => question !== undefined);
}

/** Makes the state show the first open question, if it does not yet. */
export function showQuestion(core: Core): void {
  const [question] = openQuestions(core);
  const shown = core.state["question"];
  if (question === undefined) {
    if (shown !== undefined) core.change("question-closed", { question: null });
  } else if (JSON.stringify(shown) !== JSON.stringify(question))
    core.change("question", { question: questionState(question) });
}
