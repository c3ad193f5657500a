import { type Duration, milliseconds } from "@understudy/kernel";

/** The schedule of retries: doubling from `first` to `most`, each shortened by chance to between half and the whole. */
export interface RetrySchedule {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const HUB_RETRIES: RetrySchedule = Object.freeze({ firstMs: 1_000, mostMs: 60_000 });

/** How long to wait after the `failures`-th failure in a row (from 1). `chance` is uniform in [0, 1). */
export function backoff(failures: number, chance: number, schedule: RetrySchedule = HUB_RETRIES): Duration {
  const whole = Math.min(schedule.mostMs, schedule.firstMs * 2 ** Math.min(failures - 1, 30));
  return milliseconds(Math.round(whole * (0.5 + chance / 2)));
}

/** An interval with its jitter: 90 % to 110 %. */
export const jittered = (intervalMs: number, chance: number): number => Math.round(intervalMs * (0.9 + chance * 0.2));
