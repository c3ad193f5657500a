import { X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import type { SecureContext, TLSSocket } from "node:tls";

import type { Address } from "../address.ts";
import { type CertificateAndKey, type ClientCheck, type ClientTls, NetworkError } from "../network.ts";
import { nodeTls } from "./late-node.ts";
import { linkOf, type SocketLink } from "./socket-link.ts";

/** A listener's certificate, ready for use. Throws `NetworkError("tls")` when certificate and key are no pair. */
export function serverContext(options: CertificateAndKey & ClientCheck): SecureContext {
  try {
    return nodeTls().createSecureContext({
      cert: options.certificate,
      key: options.key,
      ...(options.clientCa === undefined ? {} : { ca: [...options.clientCa] }),
      sessionIdContext: "understudy",
      minVersion: "TLSv1.2",
    });
  } catch (cause) {
    throw new NetworkError(
      "tls",
      "The listener's certificate and key cannot be used together; check both files.",
      {},
      { cause },
    );
  }
}

/** Speaks TLS as a server on an accepted connection; calls `done` once, with nothing when the handshake failed. */
export function secureAccepted(
  raw: Socket,
  options: ClientCheck,
  context: SecureContext,
  done: (link: SocketLink | undefined) => void,
): void {
  const asks = options.requestClient === true || options.requireClient === true;
  const { TLSSocket } = nodeTls();
  const socket = new TLSSocket(raw, {
    isServer: true,
    secureContext: context,
    requestCert: asks,
    rejectUnauthorized: options.requireClient === true,
    ALPNProtocols: ["http/1.1"],
  });
  let waiting = true;
  const settle = (link: SocketLink | undefined): void => {
    if (!waiting) return;
    waiting = false;
    if (link === undefined) raw.destroy();
    done(link);
  };
  socket.on("error", () => settle(undefined));
  socket.on("close", () => settle(undefined));
  socket.on("secure", () => {
    const shown = asks ? socket.getPeerX509Certificate() : undefined;
    if (options.requireClient === true && !vouched(shown, options.clientCa)) settle(undefined);
    else settle(linkOf(raw, { socket, secure: true, clientCertificate: shown?.toString() }));
  });
}

function vouched(certificate: X509Certificate | undefined, authorities: readonly string[] | undefined): boolean {
  if (certificate === undefined) return false;
  if (authorities === undefined) return true;
  const trusted = authorities.map((pem) => new X509Certificate(pem));
  for (
    let link: X509Certificate | undefined = certificate, depth = 0;
    link !== undefined && depth < 8;
    link = link.issuerCertificate, depth++
  ) {
    const issued: X509Certificate = link;
    if (
      trusted.some(
        (ca) => ca.fingerprint256 === issued.fingerprint256 || (issued.checkIssued(ca) && issued.verify(ca.publicKey)),
      )
    )
      return true;
    const issuer: X509Certificate | undefined = issued.issuerCertificate;
    if (issuer === undefined || !issued.verify(issuer.publicKey)) return false;
  }
  return false;
}

/** Speaks TLS as a client over a connection that may still be opening. */
export function secureDialled(raw: Socket, to: Address, options: ClientTls, context: SecureContext): TLSSocket {
  const host = options.serverName ?? (to.kind === "unix" ? "localhost" : to.host);
  return nodeTls().connect({
    socket: raw,
    secureContext: context,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: options.verify !== false,
    ALPNProtocols: ["http/1.1"],
  });
}
