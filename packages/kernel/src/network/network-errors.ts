import { type Address, describeAddress } from "./address.ts";
import { NetworkError } from "./network.ts";

/** Nobody listens at that address. */
export const refused = (to: Address): NetworkError =>
  new NetworkError(
    "refused",
    `Nobody listens at ${describeAddress(to)}; start what should be there, or correct the address.`,
    {
      address: describeAddress(to),
    },
  );

/** The other end went away without good-bye. */
export const reset = (to: Address, cause?: unknown): NetworkError =>
  new NetworkError(
    "reset",
    `The connection to ${describeAddress(to)} was reset by the other end.`,
    { address: describeAddress(to) },
    { cause },
  );

/** The other end ended the connection before the reply was complete. */
export const closed = (to: Address, cause?: unknown): NetworkError =>
  new NetworkError(
    "closed",
    `${describeAddress(to)} ended the connection before the reply was complete.`,
    { address: describeAddress(to) },
    { cause },
  );

/** No complete answer within the time given. */
export const timedOut = (to: Address, timeout: number): NetworkError =>
  new NetworkError("timeout", `No answer from ${describeAddress(to)} within ${timeout} ms.`, {
    address: describeAddress(to),
    timeoutMs: timeout,
  });

/** The caller's own signal ended the exchange. */
export const aborted = (to: Address, reason: unknown): NetworkError =>
  new NetworkError(
    "aborted",
    `The exchange with ${describeAddress(to)} was aborted by its caller.`,
    { address: describeAddress(to) },
    { cause: reason },
  );

/** The address is taken. */
export const inUse = (at: Address, hint: string): NetworkError =>
  new NetworkError("in-use", `${describeAddress(at)} is already in use; ${hint}`, { address: describeAddress(at) });

/** More bytes than the reader agreed to take. */
export const tooLarge = (what: string, limit: number): NetworkError =>
  new NetworkError("too-large", `${what} is larger than the ${limit} bytes allowed.`, { limit });

/** A frame was sent on a channel that is not open. */
export const channelClosed = (remote: string): NetworkError =>
  new NetworkError("closed", `The channel to ${remote} is not open; dial again.`, { remote });
