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

/** Ends a connection so that the other end sees a reset. (Unix sockets know none: they just close.) */
export function resetLink(link: SocketLink): void {
  if (link.raw.destroyed) return;
  if (link.raw.connecting || link.remote === "unix") link.raw.destroy();
  else link.raw.resetAndDestroy();
  if (link.socket !== link.raw) link.socket.destroy();
}

/** IPv4 in its short form. */
export function remoteOf(socket: Socket): string {
  const address = socket.remoteAddress;
  if (address === undefined) return "unix";
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
