import { WireError } from "../errors/wire-error.ts";
import type { HttpReply } from "./http.ts";
import { EMPTY_BODY } from "./http.ts";
import { NetworkError } from "./network.ts";

/** What both implementations of `Network` take. */
export interface NetworkOptions {
  /** Told of every handler or channel end that threw; default: a process warning. The client gets 500, or its channel is closed. */
  readonly onHandlerError?: (error: unknown, where: string) => void;
}

/** How much went through a network, and what it refused. Counts since its creation. */
export interface NetworkCounts {
  exchanges: number;
  channels: number;
  frames: number;
  /** Answered 400, 408, 413, 431 or 503 by a listener itself. */
  refusals: number;
}

export const noCounts = (): NetworkCounts => ({ exchanges: 0, channels: 0, frames: 0, refusals: 0 });

export function warnOfHandlerError(error: unknown, where: string): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)), {
    detail: `A handler failed: ${where}`,
  });
}

const failed: HttpReply = { status: 500, headers: [], body: EMPTY_BODY };
const malformed: HttpReply = { status: 400, headers: [], body: EMPTY_BODY };
const oversized: HttpReply = { status: 413, headers: [], body: EMPTY_BODY };

/** The reply when a handler threw: 413 and 400 for what reading the request's body throws, else 500. */
export function replyToFailure(error: unknown): HttpReply {
  if (error instanceof NetworkError && error.code === "too-large") return oversized;
  if (error instanceof WireError) return malformed;
  return failed;
}
