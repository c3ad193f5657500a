import type { Via } from "../../http.ts";

/** Where a request came in, as far as all requests of one connection share it. */
export interface ConnectionOrigin {
  readonly listener: string;
  readonly secure: boolean;
  readonly port: number;
  readonly remote: string;
  readonly clientCertificate?: string | undefined;
}

/** What the connection remembers of the request it is answering; also the handler's `via`. */
export class ServerExchange implements Via {
  readonly #origin: ConnectionOrigin;
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly keepAlive: boolean;
  /** The reply is complete, or there will be none. */
  over = false;
  /** The handler chose not to answer. */
  hanging = false;
  /** Status line and headers are written. */
  begun = false;
  #gone = false;
  #controller: AbortController | undefined;

  constructor(
    origin: ConnectionOrigin,
    request: { readonly method: string; readonly target: string; readonly version: "1.0" | "1.1" },
    keepAlive: boolean,
  ) {
    this.#origin = origin;
    this.method = request.method;
    this.target = request.target;
    this.version = request.version;
    this.keepAlive = keepAlive;
  }

  get listener(): string {
    return this.#origin.listener;
  }

  get secure(): boolean {
    return this.#origin.secure;
  }

  get port(): number {
    return this.#origin.port;
  }

  get remote(): string {
    return this.#origin.remote;
  }

  get clientCertificate(): string | undefined {
    return this.#origin.clientCertificate;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** The client is gone: nobody waits for the answer. */
  abandon(): void {
    if (this.over) return;
    this.over = true;
    this.#gone = true;
    this.#controller?.abort();
  }
}
