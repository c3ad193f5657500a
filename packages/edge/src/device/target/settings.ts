import { type Duration, type JsonObject, type JsonValue, milliseconds } from "@understudy/kernel";
import type { Intervals } from "../options.ts";

/** Intervals that a target may ask for; others are ignored. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 86_400_000;

/** The intervals that hold: those of the target's `config.settings` where they make sense, else the device's own. */
export function intervalsOf(config: JsonObject, own: Intervals): Intervals {
  const settings = config["settings"];
  if (!isObject(settings)) return own;
  return {
    poll: interval(settings["targetStatePollIntervalMs"]) ?? own.poll,
    report: interval(settings["deviceReportIntervalMs"]) ?? own.report,
    metrics: interval(settings["metricsIntervalMs"]) ?? own.metrics,
  };
}

function interval(value: JsonValue | undefined): Duration | undefined {
  if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
  return value >= SHORTEST_MS && value <= LONGEST_MS ? milliseconds(value) : undefined;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
