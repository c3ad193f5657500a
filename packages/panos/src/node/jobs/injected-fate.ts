import { type JobFate, WILL_SUCCEED } from "./job.ts";

/**
 * How a job ends under an injected error: `stuck` or `stuck at 99 %` means never; any other text is the reason why it fails
 * after `share` of its time.
 */
export function injectedFate(
  error: string | undefined,
  share: number,
  reasons: (error: string) => readonly string[],
): JobFate {
  if (error === undefined) return WILL_SUCCEED;
  const stuck = /^stuck(?:\s+at\s+(\d{1,2})\s*%?)?$/i.exec(error.trim());
  if (stuck !== null) return { kind: "stuck", percent: Number(stuck[1] ?? 99) };
  return { kind: "fail", reason: reasons(error), share };
}
