import { type HttpReply, header, messageOf, NetworkError, WireError } from "@understudy/kernel";
import type { Exchange } from "../connection-health.ts";
import { retryAfter } from "./retry-after.ts";

/** How an exchange of a loop ended, by the reply's status. 304 is as good as 200. */
export function exchangeOf(reply: HttpReply): Exchange {
  const { status, headers } = reply;
  if ((status >= 200 && status < 300) || status === 304) return { kind: "ok" };
  if (status === 401 || status === 403) return { kind: "auth-failed", status };
  const after = status === 429 || status === 503 ? retryAfter(header(headers, "Retry-After")) : undefined;
  const reason = `HTTP ${status}`;
  return after === undefined ? { kind: "failed", reason } : { kind: "failed", reason, retryAfter: after };
}

/** A failure of the network or an unreadable reply as the end of an exchange; anything else is thrown on. */
export function failedExchange(error: unknown): Exchange & { readonly kind: "failed" } {
  if (error instanceof NetworkError) return { kind: "failed", reason: error.code };
  if (error instanceof WireError) return { kind: "failed", reason: messageOf(error) };
  throw error;
}
