import type { Instant } from "@understudy/kernel";
import type { TrafficPattern } from "../node/firewall-profile.ts";

/** How much traffic there is at a time, as a multiple of what the scenario says. */
export interface TrafficShape {
  readonly pattern: TrafficPattern;
  readonly bootedAt: Instant;
  /** The device's own draw number n, from 0 to 1. */
  readonly noise: (n: number) => number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Between the least and the most of a day. */
const DAILY_SWING = 0.4;
/** A ramp rises by this much in an hour, and ends here. */
const [RAMP_SLOPE, RAMP_END] = [0.05, 1.5];
/** Each hour has one burst, of that length and height. */
const [BURST_LENGTH, BURST_HEIGHT] = [6 * MINUTE, 2.5];
/** A walk is the sum of waves that do not fit together; each device has them at other times. */
const WAVES = [7, 23, 61, 187].map((minutes) => minutes * MINUTE);
const WAVE_HEIGHT = 0.1;

/** The multiple at a time. */
export function trafficFactor(shape: TrafficShape, at: Instant): number {
  switch (shape.pattern) {
    case "steady":
      return 1;
    case "daily":
      return 1 + DAILY_SWING * Math.sin(dayAngle(at));
    case "ramp":
      return Math.min(RAMP_END, 1 + (RAMP_SLOPE * (at - shape.bootedAt)) / HOUR);
    case "burst": {
      const start = burstStart(shape, Math.floor(at / HOUR));
      return at >= start && at < start + BURST_LENGTH ? BURST_HEIGHT : 1;
    }
    case "random-walk":
      return 1 + sum((period, phase) => WAVE_HEIGHT * Math.sin((at / period) * 2 * Math.PI + phase), shape);
  }
}

/** The multiples of a stretch of time, added up over its milliseconds: what counters rise by. Never negative. */
export const trafficBetween = (shape: TrafficShape, from: Instant, to: Instant): number =>
  to <= from ? 0 : addedUp(shape, to) - addedUp(shape, from);

/** Added up since some fixed time. */
function addedUp(shape: TrafficShape, at: number): number {
  switch (shape.pattern) {
    case "steady":
      return at;
    case "daily":
      return at - DAILY_SWING * (DAY / (2 * Math.PI)) * Math.cos(dayAngle(at));
    case "ramp": {
      const risen = ((RAMP_END - 1) / RAMP_SLOPE) * HOUR;
      const passed = at - shape.bootedAt;
      const rising = Math.min(Math.max(passed, 0), risen);
      return passed + (RAMP_SLOPE * rising * rising) / (2 * HOUR) + (RAMP_END - 1) * Math.max(0, passed - risen);
    }
    case "burst": {
      const hour = Math.floor(at / HOUR);
      const inBurst = Math.min(BURST_LENGTH, Math.max(0, at - burstStart(shape, hour)));
      return at + (BURST_HEIGHT - 1) * (hour * BURST_LENGTH + inBurst);
    }
    case "random-walk":
      return (
        at -
        sum(
          (period, phase) => ((WAVE_HEIGHT * period) / (2 * Math.PI)) * Math.cos((at / period) * 2 * Math.PI + phase),
          shape,
        )
      );
  }
}

/** Least at two in the morning, most at two in the afternoon. */
const dayAngle = (at: number): number => ((at - 8 * HOUR) / DAY) * 2 * Math.PI;

const burstStart = ({ noise }: TrafficShape, hour: number): number =>
  hour * HOUR + Math.floor(noise(hour) * (HOUR / MINUTE - BURST_LENGTH / MINUTE)) * MINUTE;

const sum = (wave: (period: number, phase: number) => number, { noise }: TrafficShape): number =>
  WAVES.reduce((total, period, n) => total + wave(period, noise(n) * 2 * Math.PI), 0);
