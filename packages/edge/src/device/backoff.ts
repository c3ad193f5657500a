import { type Duration, milliseconds, minutes, seconds } from "@understudy/kernel";

/** Waits that grow with each failure: data, so that a schedule can be printed. */
export interface Backoff {
  readonly first: Duration;
  readonly factor: number;
  readonly cap: Duration;
  /** Share by which a wait may be shorter or longer, 0 … 1. */
  readonly jitter: number;
}

/** Between attempts to register or to exchange keys. */
export const PROVISIONING_BACKOFF: Backoff = { first: seconds(1), factor: 2, cap: seconds(32), jitter: 0.3 };
/** So many attempts in a row, then one every {@link PROVISIONING_PAUSE}. */
export const PROVISIONING_ATTEMPTS = 6;
export const PROVISIONING_PAUSE: Duration = minutes(5);

/** Between failed polls, and between failed reports. */
export const SYNC_BACKOFF: Backoff = { first: seconds(15), factor: 2, cap: minutes(15), jitter: 0.3 };
/** After so many failures in a row a loop rests for {@link SYNC_BREAK} and counts from zero. */
export const SYNC_BREAK_AFTER = 10;
export const SYNC_BREAK: Duration = seconds(301);
/** A loop whose key is refused rests so long. */
export const AUTH_PAUSE: Duration = minutes(15);

/** Between attempts to connect to the broker. */
export const MQTT_BACKOFF: Backoff = { first: seconds(1), factor: 2, cap: seconds(30), jitter: 0.3 };

/** Share by which normal intervals vary, so that a fleet does not move in step. */
export const INTERVAL_JITTER = 0.1;

/** The wait after the `failures`th failure in a row (from 1). `draw` is uniform in [0, 1). */
export function backoff({ first, factor, cap, jitter }: Backoff, failures: number, draw: number): Duration {
  return jittered(milliseconds(Math.min(first * factor ** (failures - 1), cap)), jitter, draw);
}

/** `interval`, shorter or longer by up to the share `jitter`. `draw` is uniform in [0, 1). */
export const jittered = (interval: Duration, jitter: number, draw: number): Duration =>
  milliseconds(Math.round(interval * (1 + jitter * (2 * draw - 1))));

/** The wait after the `failures`th failed attempt to provision; a server's `Retry-After` wins when it is longer. */
export function provisioningDelay(failures: number, draw: number, retryAfter?: Duration): Duration {
  const own = failures < PROVISIONING_ATTEMPTS ? backoff(PROVISIONING_BACKOFF, failures, draw) : PROVISIONING_PAUSE;
  return milliseconds(Math.max(own, retryAfter ?? 0));
}
