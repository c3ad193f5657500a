import { type ByteCount, type Duration, kib, mib, seconds } from "../time/units.ts";
import type { ListenerLimits } from "./network.ts";

/** What a listener allows unless it was told otherwise. */
export const DEFAULT_LISTENER_LIMITS: ListenerLimits = Object.freeze({
  headerBytes: kib(16),
  bodyBytes: mib(16),
  connections: 10_000,
  readTimeout: seconds(15),
  bodyTimeout: seconds(60),
  idleTimeout: seconds(60),
});

/** How long a request may take unless its caller says otherwise. */
export const DEFAULT_REQUEST_TIMEOUT: Duration = seconds(30);

/** The largest reply that is read whole unless the caller says otherwise. */
export const DEFAULT_REPLY_LIMIT: ByteCount = mib(64);

/** Frames that may wait on a channel before its sender has to wait. */
export const CHANNEL_QUEUE_FRAMES = 64;

/** Frames that may wait on a channel whose sender does not wait; beyond, it is closed with reason `overflow`. */
export const CHANNEL_QUEUE_LIMIT = 65_536;
