import { connect } from "node:net";
import type { SecureContext } from "node:tls";
import type { Address } from "../address.ts";
import type { ClientTls, NetworkError } from "../network.ts";
import { closed } from "../network-errors.ts";
import { nodeTls } from "./late-node.ts";
import { networkErrorOf } from "./socket-errors.ts";
import { linkOf, resetLink, type SocketLink } from "./socket-link.ts";
import { secureDialled } from "./tls-links.ts";
import { ShortPaths } from "./unix-path.ts";

/** A connection being opened. */
export interface Opening {
  readonly link: Promise<SocketLink>;
  /** Gives up; `link` rejects, unless it is there already. */
  cancel(): void;
}

/** Opens connections. Owns what can be used again: TLS contexts, and links to sockets with long paths. */
export class Dialler implements Disposable {
  readonly paths = new ShortPaths();
  readonly #contexts = new WeakMap<ClientTls, SecureContext>();

  /** `link` rejects with `NetworkError`. `allowHalfOpen`: the other end may close its side and still be sent to. */
  open(to: Address, tls: ClientTls | undefined, options: { readonly allowHalfOpen: boolean }): Opening {
    const raw =
      to.kind === "unix"
        ? connect({ path: this.paths.to(to.path), ...options })
        : connect({ host: to.host, port: to.port, noDelay: true, keepAlive: true, ...options });
    let socket = raw;
    let problem: NetworkError | undefined;
    const link = new Promise<SocketLink>((resolve, reject) => {
      const failed = (error: unknown): void => {
        problem ??= networkErrorOf(to, error);
      };
      raw.on("error", failed);
      try {
        if (tls !== undefined) socket = secureDialled(raw, to, tls, this.#contextOf(tls));
      } catch (error) {
        raw.destroy();
        reject(networkErrorOf(to, error));
        return;
      }
      if (socket !== raw) socket.on("error", failed);
      socket.once("close", () => reject(problem ?? closed(to)));
      socket.once(tls === undefined ? "connect" : "secureConnect", () =>
        resolve(linkOf(raw, { socket, secure: tls !== undefined })),
      );
    });
    link.catch(() => undefined); // whoever cancelled does not wait for it
    return { link, cancel: () => resetLink(linkOf(raw, { socket, secure: tls !== undefined })) };
  }

  [Symbol.dispose](): void {
    this.paths[Symbol.dispose]();
  }

  #contextOf(tls: ClientTls): SecureContext {
    let context = this.#contexts.get(tls);
    if (context === undefined) {
      context = nodeTls().createSecureContext({
        ...(tls.ca === undefined ? {} : { ca: [...tls.ca] }),
        ...(tls.certificate === undefined ? {} : { cert: tls.certificate, key: tls.key }),
        minVersion: "TLSv1.2",
      });
      this.#contexts.set(tls, context);
    }
    return context;
  }
}
