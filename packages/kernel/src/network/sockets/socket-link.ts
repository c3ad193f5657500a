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
  /** Its TCP addresses as this end sees them, and as the other end does; absent on Unix sockets. */
  readonly ends?: { readonly own: string; readonly other: string } | undefined;
}

/** To be called while the connection stands: a closed socket no longer knows its addresses. */
export function linkOf(
  raw: Socket,
  over: Pick<SocketLink, "secure" | "clientCertificate"> & { readonly socket: Socket },
): SocketLink {
  const { localAddress, localPort, remoteAddress, remotePort } = raw;
  const local = `${short(localAddress)}:${localPort}`;
  const remote = `${short(remoteAddress)}:${remotePort}`;
  const ends =
    localPort === undefined || remotePort === undefined
      ? undefined
      : { own: `${local}>${remote}`, other: `${remote}>${local}` };
  return { ...over, raw, remote: remoteAddress === undefined ? "unix" : short(remoteAddress), ends };
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
const short = (address: string | undefined): string =>
  address?.startsWith("::ffff:") === true ? address.slice(7) : (address ?? "");
