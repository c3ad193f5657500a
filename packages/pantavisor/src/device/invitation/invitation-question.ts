import { type Duration, type Instant, type JsonObject, type Question, seconds } from "@understudy/kernel";
import { INVITATION_ANSWERS } from "../../wire/automation.ts";
import type { FleetMessage } from "../../wire/invitation.ts";

/** An invitation waits so long for its answer; then it is put off to the next cycle. */
export const INVITATION_TIMEOUT: Duration = seconds(10);

/** An invitation that waits for its answer. It can be asked again from the storage. */
export interface AskedInvitation {
  readonly message: FleetMessage;
  readonly deadline: Instant;
}

export const invitationQuestionId = (deployment: string): string => `invitation-${deployment}`;

export function invitationQuestion({ message, deadline }: AskedInvitation): Question {
  const { deployment, release } = message;
  return {
    id: invitationQuestionId(deployment),
    kind: "invitation",
    text: `The fleet offers release ${release} (deployment ${deployment}). Take part?`,
    choices: INVITATION_ANSWERS,
    otherwise: "later",
    deadline,
  };
}

/** The message as it stands in the device's state. */
export const invitationState = (message: FleetMessage): JsonObject => ({ ...message });
