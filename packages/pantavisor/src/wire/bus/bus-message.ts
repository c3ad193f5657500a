import type { JsonValue } from "@understudy/kernel";
import { bad, good, isRecord, member, type Read, recordAt, textAt } from "../fields.ts";

export const BUS_NAMES = ["core", "renderer", "logger", "background_job"] as const;
export type BusName = (typeof BUS_NAMES)[number];

export const BUS_TYPES = [
  "subsystem_init",
  "subsystem_start",
  "subsystem_stop",
  "subsystem_ready",
  "log_message",
  "render_log",
  "render_update",
  "render_invite",
  "render_state_change",
  "get_user_input",
  "sync_started",
  "sync_progress",
  "sync_completed",
  "sync_failed",
  "invitation_required",
  "update_required",
  "user_response",
  "user_decision",
  "response_ok",
  "response_error",
] as const;
export type BusType = (typeof BUS_TYPES)[number];

/** One message of the bus. */
export interface BusMessage {
  readonly from: BusName;
  readonly to: BusName;
  readonly type: BusType;
  readonly data: JsonValue;
}

export const busMessage = (from: BusName, to: BusName, type: BusType, data: JsonValue = null): BusMessage => ({
  from,
  to,
  type,
  data,
});

/** The message's text, its members in the order of the original. */
export const renderBusMessage = ({ from, to, type, data }: BusMessage): string =>
  JSON.stringify({ from, to, type, data });

/** Reads a parsed message; unknown members are ignored, `data` may be absent. */
export function readBusMessage(value: unknown): Read<BusMessage> {
  if (!isRecord(value)) return bad("the message is not an object");
  const from = BUS_NAMES.find((name) => name === textAt(value, "from"));
  const to = BUS_NAMES.find((name) => name === textAt(value, "to"));
  const type = BUS_TYPES.find((name) => name === textAt(value, "type"));
  if (from === undefined) return bad("from is not one of core, renderer, logger, background_job");
  if (to === undefined) return bad("to is not one of core, renderer, logger, background_job");
  if (type === undefined) return bad("the type is not known");
  return good({ from, to, type, data: (member(value, "data") ?? null) as JsonValue }); // parsed from JSON text
}

/** An answer as it came over the bus. `question` is absent where a peer does not know of ids. */
export interface BusAnswer {
  readonly question: string | undefined;
  readonly choice: string;
  /** For an accepted invitation: when the update is wanted. */
  readonly preferredUpdate: string | undefined;
}

/**
 * Reads the data of `user_response` and `user_decision`: the choice as text, or an object with `answer` (or `decision`, `choice`) and the
 * question's `id`. `error_status` is the original's word for `error`.
 */
export function readBusAnswer(data: JsonValue): BusAnswer | undefined {
  const named = isRecord(data)
    ? (["answer", "decision", "choice", "response"] as const).map((key) => textAt(data, key))
    : [data];
  const choice = named.find((value) => typeof value === "string");
  if (choice === undefined) return undefined;
  const id = isRecord(data)
    ? (textAt(data, "id") ?? textAt(recordAt(data, "question") ?? {}, "id") ?? textAt(data, "question"))
    : undefined;
  return {
    question: id,
    choice: choice === "error_status" ? "error" : choice,
    preferredUpdate: isRecord(data) ? textAt(data, "preferredUpdate") : undefined,
  };
}
