import type { Instant } from "@understudy/kernel";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Lengths in seconds. */
const PERIODS: Readonly<Record<string, number>> = {
  "last-60-seconds": 60,
  "last-15-minutes": 15 * 60,
  "last-hour": HOUR,
  "last-6-hrs": 6 * HOUR,
  "last-12-hrs": 12 * HOUR,
  "last-24-hrs": DAY,
  "last-calendar-day": DAY,
  "last-7-days": 7 * DAY,
  "last-7-calendar-days": 7 * DAY,
  "last-calendar-week": 7 * DAY,
  "last-30-days": 30 * DAY,
  "last-30-calendar-days": 30 * DAY,
  "last-calendar-month": 30 * DAY,
};

export interface Period {
  readonly from: Instant;
  /** The last second that belongs to it. */
  readonly to: Instant;
}

/**
 * A period by its name, in whole seconds, both ends included: the last hour spans 3599 s. Calendar periods end with the
 * last midnight. `undefined` for other names.
 */
export function periodOf(name: string, now: Instant): Period | undefined {
  const length = Object.hasOwn(PERIODS, name) ? PERIODS[name] : undefined;
  if (length === undefined) return undefined;
  const second = Math.floor(now / 1000);
  const to = name.includes("calendar") ? Math.floor(second / DAY) * DAY - 1 : second;
  return { from: ((to - length + 1) * 1000) as Instant, to: (to * 1000) as Instant }; // seconds since the epoch
}
