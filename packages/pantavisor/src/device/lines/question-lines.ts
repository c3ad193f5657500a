import type { JsonObject } from "@understudy/kernel";
import { member, textAt } from "../../wire/fields.ts";
import { NO_DEADLINE } from "../update/update-question.ts";

const OUTCOMES: readonly string[] = [
  "[U]PDATED  - Success (Immediate)",
  "[D]ONE     - Success (Reboot)",
  "[E]RROR    - Simulate Failure",
  "[W]ONTGO   - Reject Update",
];

/** A question as a person is asked it on a line terminal. The last line is the prompt. */
export function questionLines(question: JsonObject, invitation: JsonObject): readonly string[] {
  return textAt(question, "kind") === "invitation" ? invitationLines(question, invitation) : updateLines(question);
}

function updateLines(question: JsonObject): readonly string[] {
  const waits = question["deadline"] === NO_DEADLINE;
  return [
    "",
    "UPDATE DECISION REQUIRED",
    "An update cycle is in TESTING phase.",
    "Select Outcome:",
    ...OUTCOMES,
    "",
    waits ? "Action: " : "Action (timeout defaults to DONE): ",
  ];
}

function invitationLines(question: JsonObject, invitation: JsonObject): readonly string[] {
  const shown = (key: string): string | undefined => textAt(invitation, key);
  if (shown("deployment") === undefined) {
    return ["", "*** INVITATION RECEIVED ***", textAt(question, "text") ?? "", ACTIONS, PROMPT];
  }
  const vendor = shown("vendorRelease");
  return [
    "",
    "*** INVITATION RECEIVED ***",
    "From: Pantahub",
    `Release: ${shown("release") ?? ""}`,
    `Deployment: ${shown("deployment") ?? ""}`,
    ...(vendor === undefined ? [] : [`Vendor Rev: ${vendor}`]),
    `Mandatory: ${String(member(invitation, "mandatory") === true)}`,
    `Earliest: ${shown("earliestUpdate") ?? "NOW"} | Latest: ${shown("latestUpdate") ?? "NEVER"}`,
    ACTIONS,
    PROMPT,
  ];
}

const ACTIONS = "Actions: (a)CCEPT, (s)KIP, ASK ME (l)ATER";
const PROMPT = "Decision: ";

/** The choice that a typed line means: its first character, in either case. `undefined`: none of the question's. */
export function choiceOfLine(line: string, choices: readonly string[]): string | undefined {
  const first = line.trim()[0]?.toLowerCase();
  return first === undefined ? undefined : choices.find((choice) => choice.startsWith(first));
}
