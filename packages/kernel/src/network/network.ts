import { UnderstudyError } from "../errors/understudy-error.ts";
import type { Duration } from "../time/units.ts";
import type { Address } from "./address.ts";
import type { Channel, ChannelEnd, ChannelHost, Protocol } from "./channel.ts";
import type { HttpHandler, HttpReply, HttpRequest } from "./http.ts";

/** How a client speaks TLS. In one process nothing is encrypted and only the client's certificate is passed on. */
export interface ClientTls {
  /** PEM certificates to trust, instead of the system's. */
  readonly ca?: readonly string[];
  /** Default true. */
  readonly verify?: boolean;
  /** PEM, for client authentication. */
  readonly certificate?: string;
  readonly key?: string;
  /** Default: the address's host. */
  readonly serverName?: string;
}

/** PEM texts. */
export interface CertificateAndKey {
  /** With its chain. */
  readonly certificate: string;
  readonly key: string;
}

/** Gets a certificate that is valid for host names and addresses; the same one for the same names, as long as it lasts. */
export type Issue = (names: readonly string[]) => Promise<CertificateAndKey>;

/** The network gets a certificate for these names when somebody first connects. In one process nothing is encrypted, and none is needed. */
export interface IssuedTls {
  readonly issuedFor: readonly string[];
}

/** Whether a listener asks its clients who they are. */
export interface ClientCheck {
  /** Ask for a client certificate; default no. A certificate that `clientCa` does not vouch for is passed on all the same, unless `requireClient`. */
  readonly requestClient?: boolean;
  readonly requireClient?: boolean;
  readonly clientCa?: readonly string[];
}

/** How a listener speaks TLS. */
export type ServerTls = (CertificateAndKey | IssuedTls) & ClientCheck;

/**
 * Whose calls these are, and whether they still have power. {@link scopeNetwork} gives it to the networks below; nobody else
 * sets it. What lives longer than a call is held, and dropped at a power cut.
 */
export interface Holder {
  /** Id of the stand-in. */
  readonly caller: string;
  /** True after the power cut: nothing that was asked for may complete any more. */
  readonly dead: boolean;
  hold(thing: Held): void;
  release(thing: Held): void;
}

/** A listener, channel or exchange that ends at once, and silently for its owner, when the power goes. */
export interface Held {
  drop(reason: string): void;
}

/** Bounds of a listener. Everything beyond is answered (400, 408, 413, 431) or closed, and counted. */
export interface ListenerLimits {
  readonly headerBytes: number;
  readonly bodyBytes: number;
  readonly connections: number;
  /** From the first byte of a request to the end of its headers. */
  readonly readTimeout: Duration;
  /** Longest pause of the sender within a body, while the handler waits for it. */
  readonly bodyTimeout: Duration;
  /** Idle time of a kept connection. */
  readonly idleTimeout: Duration;
}

export interface RequestOptions {
  /** Until the reply's headers and, for bodies that are not streams, its whole body are there. Default 30 s. */
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
  /** Present = use TLS. */
  readonly tls?: ClientTls;
  /** Replies with larger bodies are refused with `too-large`; default 64 MiB; does not apply with `stream`. */
  readonly maxReplyBytes?: number;
  /** `stream`: the body comes as a stream or blob to be read later; default: read whole into bytes (json and text stay as they are in one process). */
  readonly reply?: "whole" | "stream";
  /** Set by {@link scopeNetwork}. */
  readonly holder?: Holder;
}

export interface DialOptions {
  readonly tls?: ClientTls;
  /** Until the connection stands. Default 30 s. */
  readonly timeout?: Duration;
  /** Set by {@link scopeNetwork}. */
  readonly holder?: Holder;
}

export interface ServeOptions {
  /** What `via.listener` says; default `http` or `https`. */
  readonly name?: string;
  readonly tls?: ServerTls;
  readonly limits?: Partial<ListenerLimits>;
  /**
   * Replies are written exactly as given: no Date, Connection, Content-Length or Keep-Alive added, and the connection
   * closes after one. For sockets whose bytes are a contract. Default false.
   */
  readonly verbatim?: boolean;
  /** File mode of a Unix socket; default by umask. */
  readonly mode?: number;
  /**
   * Makes the reply for what cannot be a request (400, 408, 413, 431, 501, 503) before the handler is asked. Default: the
   * status with its phrase as plain text. The connection is closed after it.
   */
  readonly refusal?: (status: RefusalStatus, why: string) => HttpReply;
  /**
   * `bare`: a reply over HTTP/1.0 without keep-alive carries only the handler's headers, and its body ends with the connection.
   * Default `full`.
   */
  readonly http10?: "full" | "bare";
  /**
   * `lenient`: blanks within the target of a request are part of it, and of several content lengths the first counts, as some servers
   * read them; only for listeners with nothing in front. Default `strict`: both are malformed.
   */
  readonly requests?: "strict" | "lenient";
  /** Set by {@link scopeNetwork}. */
  readonly holder?: Holder;
}

/** What a listener answers by itself: malformed, too slow, body or headers too large, too many connections. */
export type RefusalStatus = 400 | 408 | 413 | 431 | 501 | 503;

export type AcceptOptions = Pick<ServeOptions, "name" | "tls" | "limits" | "mode" | "holder">;

export interface Listener {
  /** With the real port. */
  readonly address: Address;
  /** New connections are refused from now on; replies in flight may finish within `grace` (default 0: cut). Channels are closed. */
  close(grace?: Duration): Promise<void>;
}

export type NetworkErrorCode =
  | "refused"
  | "reset"
  | "closed"
  | "timeout"
  | "unreachable"
  | "unresolved"
  | "tls"
  | "aborted"
  | "too-large"
  | "malformed"
  | "in-use"
  | "denied";

/**
 * An exchange that did not come about. `refused`: nobody listens. `reset`/`closed`: the other end went away (closed: orderly,
 * before the reply was complete). `in-use`, `denied`: the address cannot be served.
 */
export class NetworkError extends UnderstudyError<NetworkErrorCode> {
  override readonly name = "NetworkError";
}

/** Two verbs over plain records. Sockets and direct calls in one process behave the same (one conformance suite). */
export interface Network {
  /** Rejects with {@link NetworkError}; every status is a reply. Redirects are not followed. */
  request(to: Address, request: HttpRequest, options?: RequestOptions): Promise<HttpReply>;
  serve(at: Address, handler: HttpHandler, options?: ServeOptions): Promise<Listener>;
  dial<F>(to: Address, protocol: Protocol<F>, end: ChannelEnd<F>, options?: DialOptions): Promise<Channel<F>>;
  accept<F>(at: Address, protocol: Protocol<F>, host: ChannelHost<F>, options?: AcceptOptions): Promise<Listener>;
}
