import { type Instant, later } from "@understudy/kernel";
import { readSpan } from "../../node/settings.ts";

/** What may break of a member without the member itself going down. */
export const OUTAGES = ["ha-monitor", "ha1", "ha2"] as const;
export type OutageKind = (typeof OUTAGES)[number];

/** Something that is broken, in the words of whoever injected it. */
export interface Outage {
  readonly text: string;
  /** Absent: until somebody makes the member functional, or it boots. */
  readonly until?: Instant;
}

export type Outages = Readonly<Partial<Record<OutageKind, Outage>>>;

/** An outage that begins now. `for 90s` in the text says how long it lasts. */
export function outageOf(text: string, now: Instant): Outage {
  const length = readSpan(/\bfor (\d+(?:\.\d+)?\s*(?:ms|s|m|h))\b/.exec(text)?.[1])?.from;
  return { text, ...(length === undefined ? {} : { until: later(now, length) }) };
}

/** Those that are not over. The same record when none is. */
export function outagesAt(outages: Outages | undefined, now: Instant): Outages | undefined {
  if (outages === undefined) return undefined;
  const left = OUTAGES.filter((kind) => !isOver(outages[kind], now));
  if (left.length === Object.keys(outages).length) return outages;
  return left.length === 0 ? undefined : Object.fromEntries(left.map((kind) => [kind, outages[kind]]));
}

const isOver = (outage: Outage | undefined, now: Instant): boolean =>
  outage === undefined || (outage.until !== undefined && outage.until <= now);

/** When the next one is over; `undefined` when none ends by itself. */
export function firstEnd(outages: Outages | undefined): Instant | undefined {
  const ends = Object.values(outages ?? {}).flatMap(({ until }) => until ?? []);
  return ends.length === 0 ? undefined : (Math.min(...ends) as Instant); // the least of instants
}

/** What a monitor watches: an interface, or an address that must be reached. */
export type MonitorTarget =
  | { readonly kind: "link"; readonly interface: string }
  | { readonly kind: "path"; readonly destination: string };

/** What an outage of the monitor is about: the interface or address its text names; else the first of those that are watched. */
export function monitorTarget(
  text: string,
  first: { readonly interface: string; readonly destination: string },
): MonitorTarget {
  const named = /\b(?:ethernet|ae)\d+(?:\/\d+)?(?:\.\d+)?\b/.exec(text)?.[0];
  if (named !== undefined) return { kind: "link", interface: named };
  const address = /\b\d{1,3}(?:\.\d{1,3}){3}\b/.exec(text)?.[0];
  if (address !== undefined) return { kind: "path", destination: address };
  return /\blink\b/i.test(text)
    ? { kind: "link", interface: first.interface }
    : { kind: "path", destination: first.destination };
}
