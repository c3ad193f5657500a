import type { SocketLink } from "./socket-link.ts";

/** An end that can be told why its other end will close. */
export interface Foretold {
  foretold(reason: string): void;
}

/**
 * The channels of one process by their TCP addresses. TCP carries no reason for a close; where both ends are in this process,
 * the reason goes this way, so that a lab on sockets tells the same story as one without.
 */
export class ChannelDirectory {
  readonly #ends = new Map<string, Foretold>();

  enter(link: SocketLink, end: Foretold): void {
    const key = keyOf(link, "own");
    if (key !== undefined) this.#ends.set(key, end);
  }

  leave(link: SocketLink): void {
    const key = keyOf(link, "own");
    if (key !== undefined) this.#ends.delete(key);
  }

  /** To be called before the bytes that close the channel are sent. */
  tell(link: SocketLink, reason: string): void {
    const key = keyOf(link, "other");
    if (key !== undefined) this.#ends.get(key)?.foretold(reason);
  }
}

function keyOf(link: SocketLink, whose: "own" | "other"): string | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = link.raw;
  if (localPort === undefined || remotePort === undefined) return undefined;
  const local = `${plain(localAddress)}:${localPort}`;
  const remote = `${plain(remoteAddress)}:${remotePort}`;
  return whose === "own" ? `${local}>${remote}` : `${remote}>${local}`;
}

const plain = (address: string | undefined): string => (address ?? "").replace("::ffff:", "");
