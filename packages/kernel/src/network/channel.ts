/**
 * How frames of one protocol become bytes on a socket. In one process frames are passed as they are, by reference:
 * a frame is plain data that nobody changes after it was sent.
 */
export interface Protocol<F> {
  readonly name: string;
  encode(frame: F): Uint8Array;
  /** A decoder per connection. `push` returns whole frames and keeps the rest; it throws on a malformed or oversized one. */
  decoder(): { push(chunk: Uint8Array): F[] };
}

/** One end of an established connection that carries frames both ways, in order. */
export interface Channel<F> {
  readonly id: number;
  /** Remote address without port, `unix`, or the caller's name in one process. */
  readonly remote: string;
  readonly secure: boolean;
  readonly clientCertificate?: string;
  readonly open: boolean;
  /**
   * Resolves when the frame is on its way; rejects with `NetworkError("closed")` when the channel is not open.
   * Waiting for it is what limits a fast sender.
   */
  send(frame: F): Promise<void>;
  /** Closes both ways after what was sent. The other end's `closed` is called with `reason`. */
  close(reason?: string): void;
}

/**
 * What an end of a channel does with what comes in. An object, so that idle stand-ins need no closures.
 * Each call is an episode; frames of one channel are handed over one after another (the next when the promise has settled).
 */
export interface ChannelEnd<F> {
  frame(channel: Channel<F>, frame: F): void | Promise<void>;
  /** Called once. Reason: what the other end gave, or `reset`, `power`, `partition`, `malformed`. */
  closed(channel: Channel<F>, reason: string): void | Promise<void>;
}

/** What accepts channels: gives the end for each new one, or refuses by throwing. */
export interface ChannelHost<F> {
  accept(channel: Channel<F>): ChannelEnd<F> | Promise<ChannelEnd<F>>;
}
