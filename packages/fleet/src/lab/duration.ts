import { type Duration, milliseconds } from "@understudy/kernel";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What {@link parseDuration} takes, for error messages. */
export const DURATION_FORMS = "a duration such as 500ms, 10s, 5m, 2h, 1d, or a number of seconds";

/** A duration as people write it in lab files; a bare number counts seconds. `undefined` when it is none. */
export function parseDuration(value: unknown): Duration | undefined {
  if (typeof value === "number") return value >= 0 && Number.isFinite(value) ? milliseconds(value * 1_000) : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(value.trim());
  const unit = UNITS[match?.[2] ?? ""];
  return match === null || unit === undefined ? undefined : milliseconds(Number(match[1]) * unit);
}
