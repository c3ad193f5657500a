import type { SocketLink } from "./socket-link.ts";

/** An end that can be told why its other end will close. */
export interface Foretold {
  foretold(reason: string): void;
}

/** So many reasons are kept for ends that are still being dialled; the oldest go first. */
const EARLY_REASONS = 256;

/**
 * The channels of one process by their TCP addresses. TCP carries no reason for a close; where both ends are in this process,
 * the reason goes this way, so that a lab on sockets tells the same story as one without.
 */
export class ChannelDirectory {
  readonly #ends = new Map<string, Foretold>();
  /** Reasons for ends that are not there: not yet, or in another process and never. */
  readonly #early = new Map<string, string>();

  enter(link: SocketLink, end: Foretold): void {
    const key = keyOf(link, "own");
    if (key === undefined) return;
    this.#ends.set(key, end);
    const reason = this.#early.get(key);
    if (reason === undefined) return;
    this.#early.delete(key);
    end.foretold(reason);
  }

  leave(link: SocketLink): void {
    const key = keyOf(link, "own");
    if (key !== undefined) this.#ends.delete(key);
  }

  /** To be called before the bytes that close the channel are sent. */
  tell(link: SocketLink, reason: string): void {
    const key = keyOf(link, "other");
    if (key === undefined) return;
    const end = this.#ends.get(key);
    if (end !== undefined) end.foretold(reason);
    else this.#remember(key, reason);
  }

  #remember(key: string, reason: string): void {
    this.#early.set(key, reason);
    for (const oldest of this.#early.keys()) {
      if (this.#early.size <= EARLY_REASONS) return;
      this.#early.delete(oldest);
    }
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
