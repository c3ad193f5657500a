import type { SocketLink } from "./socket-link.ts";

/** One end of a connection, that can be told why the other end will close it. */
export interface Foretold {
  foretold(reason: string): void;
}

/** What the server of an idle HTTP connection says before it closes it: nothing that was sent over it will be looked at. */
export const CLOSED_IDLE = "closed idle";

/** So many reasons are kept for ends that are still being dialled; the oldest go first. */
const EARLY_REASONS = 256;

/**
 * The connections of one process by their TCP addresses. TCP carries no reason for a close; where both ends are in this process,
 * the reason goes this way, at once, so that a lab on sockets tells the same story as one without.
 */
export class LinkDirectory {
  readonly #ends = new Map<string, Foretold>();
  /** Reasons for ends that are not there: not yet, or in another process and never. */
  readonly #early = new Map<string, string>();

  enter(link: SocketLink, end: Foretold): void {
    const key = link.ends?.own;
    if (key === undefined) return;
    this.#ends.set(key, end);
    const reason = this.#early.get(key);
    if (reason === undefined) return;
    this.#early.delete(key);
    end.foretold(reason);
  }

  leave(link: SocketLink): void {
    const key = link.ends?.own;
    if (key !== undefined) this.#ends.delete(key);
  }

  /** To be called before the connection is closed. */
  tell(link: SocketLink, reason: string): void {
    const key = link.ends?.other;
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
