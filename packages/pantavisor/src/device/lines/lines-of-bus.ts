import type { JsonObject } from "@understudy/kernel";
import type { BusMessage } from "../../wire/bus/bus-message.ts";
import { isRecord, textAt } from "../../wire/fields.ts";
import { questionLines } from "./question-lines.ts";

/** A message of the bus as lines for people who watch from outside; empty for what they need not see. */
export function linesOfBus({ type, data }: BusMessage, invitation: JsonObject): readonly string[] {
  const shown: JsonObject = isRecord(data) ? (data as JsonObject) : {}; // read from JSON
  switch (type) {
    case "render_log":
      return [`[${textAt(shown, "subsystem") ?? "?"}] ${textAt(shown, "message") ?? ""}`];
    case "sync_progress":
      return [`[syncing] ${String(shown["percentage"])}%: ${textAt(shown, "details") ?? ""}`];
    case "sync_failed":
      return [`[syncing] failed: ${textAt(shown, "details") ?? ""}`];
    case "render_update":
      return [
        `[update] ${String(shown["details"])} ${String(shown["percentage"])}% (revision ${String(shown["revision"])})`,
      ];
    case "render_state_change":
      return [`[state] ${String(shown["phase"])}, revision ${String(shown["revision"])}`];
    case "get_user_input":
      return questionLines(shown, invitation);
    case "response_error":
      return [`[answer] ${textAt(shown, "message") ?? "refused"}`];
    case "subsystem_stop":
      return ["[state] The device has ended."];
    default:
      return [];
  }
}
