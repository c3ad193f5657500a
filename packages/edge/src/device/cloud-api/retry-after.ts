import { type Duration, hours, milliseconds, seconds } from "@understudy/kernel";

/** Nobody keeps a device waiting for longer. */
const LONGEST: Duration = hours(1);

/** The wait that a `Retry-After` header in seconds asks for, at most an hour; `undefined` without one, and for dates. */
export function retryAfter(value: string | undefined): Duration | undefined {
  if (value === undefined || !/^\s*\d{1,9}\s*$/.test(value)) return undefined;
  return milliseconds(Math.min(seconds(Number(value)), LONGEST));
}
