import type { JsonObject, JsonValue } from "@understudy/kernel";
import { metadataText, metadataValue } from "../metadata-value.ts";

/**
 * A text as the control socket writes it: quotes, backslashes and control characters as `\u00XX` in upper-case hex, never as `\"`
 * or `\n`, so that it survives the `echo` of a shell that reads backslashes.
 */
export const controlString = (text: string): string =>
  `"${text.replace(SPECIAL, (one) => `\\u00${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)}"`;

const SPECIAL = /["\\\0-\x1f]/g;

/**
 * A metadata listing: compact, in the given order. Values that are JSON objects or arrays stand as such, byte for byte as they were
 * given, all others as strings; keys whose value is the empty text are left out.
 */
export function renderMetadata(entries: readonly (readonly [key: string, value: JsonValue])[]): string {
  const shown = entries.flatMap(([key, value]) => {
    if (value === null || value === "") return [];
    return [`${controlString(key)}:${shownValue(value)}`];
  });
  return `{${shown.join(",")}}`;
}

function shownValue(value: JsonValue): string {
  const isStructure = typeof value === "object" || typeof metadataValue(metadataText(value)) === "object";
  return isStructure ? metadataText(value) : controlString(metadataText(value));
}

/** One revision as `GET /steps` shows it. `progress` is the progress document's own text. */
export interface StepLine {
  readonly name: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly date: string;
  readonly commitMessage: string;
  readonly progress: string;
}

/** The list of revisions: with a blank after each comma between members, and none between revisions. */
export const renderSteps = (steps: readonly StepLine[]): string =>
  `[${steps
    .map(
      ({ name, date, commitMessage, progress }) =>
        `{"name":${controlString(name)}, "date":"${date}", "commitmsg":${controlString(commitMessage)}, "progress":${progress}}`,
    )
    .join(",")}]`;

/** A command as `POST /commands` takes it. `payload` is text, or the text of an object. */
export interface ControlCommand {
  readonly op: string;
  readonly payload: string;
}

/** Both members must be there. An object as payload counts as its JSON text. */
export function readCommand(value: unknown): ControlCommand | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { op, payload } = value as JsonObject; // a non-null object from JSON; arrays have neither member
  if (typeof op !== "string" || payload === undefined || payload === null) return undefined;
  return { op, payload: metadataText(payload) };
}
