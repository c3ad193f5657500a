import type { JsonObject, JsonValue } from "@understudy/kernel";
import { metadataText, metadataValue } from "../metadata-value.ts";

/** A text as the control socket writes it: like JSON, but control characters in upper-case hex. */
export const controlString = (text: string): string =>
  JSON.stringify(text).replace(/\\u([0-9a-f]{4})/g, (_, digits: string) => `\\u${digits.toUpperCase()}`);

/**
 * A metadata listing: compact, in the given order. Values that are JSON objects or arrays stand as such, all others as strings; keys
 * whose value is the empty text are left out.
 */
export function renderMetadata(entries: readonly (readonly [key: string, value: JsonValue])[]): string {
  const shown = entries.flatMap(([key, value]) => {
    if (value === null || value === "") return [];
    const plain = typeof value === "string" ? metadataValue(value) : value;
    const text = typeof plain === "object" ? JSON.stringify(plain) : controlString(metadataText(plain));
    return [`${controlString(key)}:${text}`];
  });
  return `{${shown.join(",")}}`;
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
