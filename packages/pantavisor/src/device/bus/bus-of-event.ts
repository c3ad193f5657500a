import type { JsonObject, JsonValue, LabEvent } from "@understudy/kernel";
import { type BusMessage, busMessage } from "../../wire/bus/bus-message.ts";
import { isRecord, recordAt, textAt } from "../../wire/fields.ts";

/** What a device's event is on its bus. Everything is for the renderer, except that questions are told to core as well. */
export function busMessagesOf(
  { type, change, about }: Pick<LabEvent, "type" | "change" | "about">,
  state: JsonObject,
): readonly BusMessage[] {
  const messages: BusMessage[] = [];
  if (change["phase"] !== undefined) messages.push(toRenderer("render_state_change", stateChange(state)));
  if (type === "update-progress") messages.push(toRenderer("render_update", updateOf(change, state)));
  const question = recordAt(change, "question");
  if (question !== undefined) messages.push(...questionMessages(question as JsonObject, state)); // a member of a JSON object
  if (type === "trouble") messages.push(toRenderer("sync_failed", { details: textAt(about ?? {}, "message") ?? "" }));
  return messages;
}

const toRenderer = (type: BusMessage["type"], data: JsonValue): BusMessage =>
  busMessage("background_job", "renderer", type, data);

const stateChange = (state: JsonObject): JsonObject => ({
  phase: state["phase"] ?? null,
  revision: state["revision"] ?? null,
  trying: state["trying"] ?? null,
  status: state["status"] ?? null,
});

const updateOf = (change: JsonObject, state: JsonObject): JsonObject => ({
  percentage: change["progress"] ?? state["progress"] ?? 0,
  details: state["status"] ?? "",
  revision: state["trying"] ?? null,
});

/** What an open question is on the bus: for core, for whoever shows it, and the request for an answer, which carries the question's id. */
export function questionMessages(question: JsonObject, state: JsonObject): readonly BusMessage[] {
  const { id = null, kind, choices = [], otherwise = null, deadline = null, text = "" } = question;
  const asking = toRenderer("get_user_input", { id, kind: kind ?? null, choices, otherwise, deadline, text });
  if (kind === "invitation") {
    const invite = inviteOf(id, state);
    return [
      busMessage("background_job", "core", "invitation_required", invite),
      toRenderer("render_invite", invite),
      asking,
    ];
  }
  const update = { id, revision: state["trying"] ?? null, choices, deadline };
  return [
    busMessage("background_job", "core", "update_required", update),
    toRenderer("update_required", update),
    asking,
  ];
}

function inviteOf(question: JsonValue, state: JsonObject): JsonObject {
  const { invitation } = state;
  const shown = isRecord(invitation) ? (invitation as JsonObject) : {}; // a member of a JSON object
  return {
    id: shown["deployment"] ?? null,
    question,
    description: shown["release"] ?? null,
    from: "Pantahub",
    ...shown,
  };
}
