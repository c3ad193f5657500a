import { messageOf, milliseconds, UsageError } from "@understudy/kernel";
import { busMessage } from "../../wire/bus/bus-message.ts";
import { answerQuestion } from "../answer-question.ts";
import type { Core } from "../core.ts";
import { openQuestions, showQuestion } from "../show-question.ts";
import { UPDATE_WAKE } from "../update/run-update.ts";
import { deadlineOf } from "../update/update-question.ts";
import type { DeviceBus, WaitingAnswer } from "./device-bus.ts";

/** Takes the answers that came over the bus. An answer without a question's id is for the one that has such a choice. */
export async function takeBusAnswers(core: Core, bus: DeviceBus): Promise<void> {
  for (const waiting of bus.takeAnswers()) await takeOne(core, waiting);
}

async function takeOne(core: Core, { answer, reply }: WaitingAnswer): Promise<void> {
  const { choice, preferredUpdate } = answer;
  const question = answer.question ?? openQuestions(core).find(({ choices }) => choices.includes(choice))?.id ?? "";
  try {
    await answerQuestion(core, question, choice, preferredUpdate);
    reply(busMessage("core", "renderer", "response_ok", { id: question }));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    reply(
      busMessage("core", "renderer", "response_error", { id: question, code: error.code, message: messageOf(error) }),
    );
  }
}

/** Somebody has come to answer, or the last one has gone: the question in TESTING waits, or gets its deadline. */
export async function reviewDeadline(core: Core): Promise<void> {
  const { update } = core.info;
  if (update?.asked === undefined || update.decision !== undefined) return;
  const wanted = deadlineOf(core);
  if ((wanted === undefined) === (update.asked.deadline === undefined)) return;
  const { id } = update.asked;
  await core.commit({
    ...core.info,
    update: { ...update, asked: wanted === undefined ? { id } : { id, deadline: wanted } },
  });
  showQuestion(core);
  core.world.clock.wake(milliseconds(0), { name: UPDATE_WAKE });
}
