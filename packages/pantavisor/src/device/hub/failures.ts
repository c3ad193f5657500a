import { type Duration, messageOf, milliseconds, type UnderstudyError } from "@understudy/kernel";
import type { Core } from "../core.ts";
import { backoff } from "./backoff.ts";
import { retryAfterOf } from "./trouble.ts";

/** Notes a failed check-in and says how long to wait before the next one. The first in a row is told as an event. */
export function delayAfter(core: Core, error: UnderstudyError): Duration {
  core.failures++;
  if (core.state["online"] !== false) {
    core.change("trouble", { online: false }, { code: error.code, message: messageOf(error) });
  }
  return wait(core, error, core.failures);
}

/** Notes a failed step of an update and says how long to wait before it is tried again. */
export function updateDelayAfter(core: Core, error: UnderstudyError): Duration {
  core.updateFailures++;
  core.tell("update-trouble", { code: error.code, message: messageOf(error) });
  return wait(core, error, core.updateFailures);
}

function wait(core: Core, error: UnderstudyError, failures: number): Duration {
  core.say(messageOf(error));
  core.world.log.warn(messageOf(error), { code: error.code, failures });
  const delay = backoff(failures, core.world.random.stream("retry").next());
  return milliseconds(Math.max(delay, retryAfterOf(error)));
}

/** The hub answers again. */
export function recovered(core: Core): void {
  core.failures = 0;
  if (core.state["online"] === false) core.change("recovered", { online: true });
}
