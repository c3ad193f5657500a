import { CountedStream, type Instant, type JsonObject, type Question, streamKey } from "@understudy/kernel";
import { type Automation, DECISIONS, type Decision, describeWeights, readAutomation } from "../../wire/automation.ts";
import type { UpdateRecord } from "../../wire/revision-info.ts";
import type { Core } from "../core.ts";
import { UNANSWERED } from "./plan-update.ts";

/** Deadline of a question that waits for somebody: the end of the year 9999. */
export const NO_DEADLINE = 253_402_300_799_000 as Instant;

/** The question of an update in TESTING, as it is stored; `undefined` while it has not been asked or when it has been answered. */
export function updateQuestion(update: UpdateRecord | undefined): Question | undefined {
  if (update?.asked === undefined || update.decision !== undefined || update.stage !== "testing") return undefined;
  return {
    id: update.asked.id,
    kind: "update",
    text: `Revision ${update.revision} is in TESTING. How does it end?`,
    choices: DECISIONS,
    otherwise: UNANSWERED,
    deadline: (update.asked.deadline ?? NO_DEADLINE) as Instant, // stored as milliseconds
  };
}

/** A question as it stands in the device's state. */
export const questionState = (question: Question): JsonObject => ({ ...question });

/** The question of a revision has one name, however often the power goes. */
export const updateQuestionId = (revision: number): string => `update-${revision}`;

/** With nobody there to answer, a test lasts so long. */
const UNATTENDED_TIMEOUT_MS = 10_000;

/** When the question is answered by itself; `undefined`: it waits. */
export function deadlineOf(core: Core): number | undefined {
  const { decisionTimeoutMs } = core.settings;
  if (decisionTimeoutMs === "wait") return undefined;
  if (decisionTimeoutMs !== undefined) return core.now + decisionTimeoutMs;
  const attended = core.parts.attended?.() === true || core.bus?.isAttended === true;
  return attended ? undefined : core.now + UNATTENDED_TIMEOUT_MS;
}

/** The automation of a device: its lab entry's, else that of `mocker.json`, which the entry may switch on or off. */
export function automationOf({ settings, mocker }: Core): Automation {
  const { automation } = settings;
  if (typeof automation === "object") return readAutomation({ enabled: true, ...automation });
  return automation === undefined ? mocker.automation : { ...mocker.automation, enabled: automation };
}

/**
 * The answer that automation gives. It depends on the seed and the question alone, so it is the same again after a power cut.
 * Without a seed of its own, chance is the device's.
 */
export function drawn<Choice extends string>(
  core: Core,
  automation: Automation,
  question: string,
  weights: Readonly<Record<Choice, number>>,
): Choice {
  const choices = Object.keys(weights) as Choice[]; // the record's keys are its choices
  const { seed } = automation;
  const stream =
    seed === undefined
      ? core.world.random.stream(`automation/${question}`)
      : new CountedStream(streamKey("automation", seed, question));
  const choice = choices[stream.weighted(choices.map((name) => weights[name]))];
  return choice ?? (choices[0] as Choice); // weighted() gives an index of the list
}

/** What automation decides about an update, with the words for the log; `undefined` when a person decides. */
export function drawnDecision(
  core: Core,
  revision: number,
): { readonly decision: Decision; readonly weights: string } | undefined {
  const automation = automationOf(core);
  if (!automation.enabled) return undefined;
  return {
    decision: drawn(core, automation, updateQuestionId(revision), automation.update),
    weights: describeWeights(automation.update),
  };
}
