import { type Duration, messageOf, milliseconds, type UnderstudyError } from "@understudy/kernel";
import type { Core } from "../core.ts";
import { backoff } from "./backoff.ts";
import { retryAfterOf } from "./trouble.ts";

/** Notes a failed exchange and says how long to wait before the next one. The first in a row is told as an event. */
export function delayAfter(core: Core, error: UnderstudyError): Duration {
  core.failures++;
  const delay = backoff(core.failures, core.world.random.stream("retry").next());
  if (core.state["online"] !== false)
    core.change("trouble", { online: false }, { code: error.code, message: messageOf(error) });
  core.world.log.warn(messageOf(error), { code: error.code, failures: core.failures });
  return milliseconds(Math.max(delay, retryAfterOf(error)));
}

/** The hub answers again. */
export function recovered(core: Core): void {
  core.failures = 0;
  if (core.state["online"] === false) core.change("recovered", { online: true });
}
