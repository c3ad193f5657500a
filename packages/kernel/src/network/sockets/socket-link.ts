import type { Socket } from "node:net";

/** An established connection, and what is known of its other end. */
export interface SocketLink {
  /** Where bytes go in and out: the TLS socket, if it is one. */
  readonly socket: Socket;
  /** Below TLS; the same as `socket` without. */
  readonly raw: Socket;
  /** Remote address without port; `unix`. */
  readonly remote: string;
  readonly secure: boolean;
  /** PEM. */
  readonly clientCertificate?: string | undefined;
}

/**
 * Ends a connection so that the other end sees a reset. Unix sockets know none, and one that is already saying good-bye takes
 * none (libuv refuses, and Node then never closes it): they just close.
 */
export function resetLink(link: SocketLink): void {
  const { raw, socket } = link;
  if (raw.destroyed) return;
  if (raw.connecting || raw.writableEnded || socket.writableEnded || link.remote === "unix") raw.destroy();
  else raw.resetAndDestroy();
}

/** IPv4 in its short form. */
export function remoteOf(socket: Socket): string {
  const address = socket.remoteAddress;
  if (address === undefined) return "unix";
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
