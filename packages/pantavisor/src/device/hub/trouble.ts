import { type Duration, type HttpReply, header, NetworkError, UnderstudyError, WireError } from "@understudy/kernel";

export type HubTroubleCode = "hub-busy" | "hub-refused" | "hub-unreadable" | "fault";

/**
 * An exchange with the hub that did not lead to what it was for. `hub-busy`: try again later, at the earliest after
 * `details.retryAfterMs`. `hub-refused`: another status than success. `hub-unreadable`: success, but not the expected shape. `fault`: the
 * lab's fault book struck.
 */
export class HubTrouble extends UnderstudyError<HubTroubleCode> {
  override readonly name = "HubTrouble";
}

/** True for everything that trying again later may mend. */
export const isTrouble = (error: unknown): error is UnderstudyError =>
  error instanceof HubTrouble || error instanceof NetworkError || error instanceof WireError;

/** The reply when it is a success; throws {@link HubTrouble} otherwise. */
export function successful(reply: HttpReply, what: string): HttpReply {
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw refusal(reply, what);
}

/** True for replies that say "later", not "no". */
export const isBusy = (status: number): boolean =>
  status === 429 || status === 408 || status === 502 || status === 503 || status === 504;

/** The trouble that a reply other than success is. */
export function refusal(reply: HttpReply, what: string): HubTrouble {
  const { status } = reply;
  if (!isBusy(status)) return new HubTrouble("hub-refused", `The hub answered ${what} with ${status}.`, { status });
  const retryAfterMs = retryAfter(reply);
  return new HubTrouble("hub-busy", `The hub cannot answer ${what} now (${status}).`, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

export const unreadable = (what: string, problem: string): HubTrouble =>
  new HubTrouble("hub-unreadable", `The hub's answer to ${what} cannot be used: ${problem}.`);

/** How long the hub asks to be left alone; dates are not understood. */
function retryAfter(reply: HttpReply): Duration | undefined {
  const value = header(reply.headers, "Retry-After");
  return value !== undefined && /^\d{1,6}$/.test(value) ? ((Number(value) * 1_000) as Duration) : undefined;
}

/** What `refusal` noted of the hub's wish to be left alone. */
export function retryAfterOf(error: unknown): number {
  const ms = error instanceof HubTrouble ? error.details["retryAfterMs"] : undefined;
  return typeof ms === "number" ? ms : 0;
}
