import type { Blob } from "../storage/blob.ts";

/** Header lines in the order and spelling of the wire. Look up with {@link header}. */
export type Headers = readonly (readonly [name: string, value: string])[];

/**
 * What a message carries. A `json` value is passed by reference in one process: whoever sends it never changes it again,
 * and whoever gets it only reads. `length` of a stream, when known, becomes Content-Length; else the body is chunked.
 */
export type Body =
  | { readonly kind: "empty" }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "blob"; readonly blob: Blob; readonly start: number; readonly end: number }
  | { readonly kind: "stream"; readonly chunks: AsyncIterable<Uint8Array>; readonly length?: number };

export interface HttpRequest {
  readonly method: string;
  /** As on the wire: origin form, absolute form or `*`. See {@link targetPath}. */
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly headers: Headers;
  readonly body: Body;
}

/** How a request came in. */
export interface Via {
  /** Name given to `serve`, such as `http` or `https`. */
  readonly listener: string;
  /** True when the connection was made with TLS (or, in one process, would have been). */
  readonly secure: boolean;
  /** The listener's port (0 for Unix sockets): what URLs in answers are built from. */
  readonly port: number;
  /** Remote address without port; `unix` for Unix sockets. */
  readonly remote: string;
  /** PEM of the client's certificate, when one was shown. Verified only if the listener was told a CA. */
  readonly clientCertificate?: string;
  /** Id of the calling stand-in, where the network knows it (in one process only). For logs and impairments, never for trust. */
  readonly caller?: string;
  /** Aborted when the client goes away before the answer is complete. */
  readonly signal?: AbortSignal;
}

export interface ReceivedRequest extends HttpRequest {
  readonly via: Via;
}

export interface HttpReply {
  readonly status: number;
  /** Default: the standard phrase of the status. */
  readonly reason?: string;
  readonly headers: Headers;
  readonly body: Body;
}

/**
 * What a handler gives back: a reply, or an outcome that real networks have.
 * `close` ends the connection with no byte; `reset` with RST; `hang` never answers (until the client goes away);
 * `truncate` sends the reply with its full Content-Length and ends after `after` bytes of the body.
 */
export type HttpAnswer =
  | HttpReply
  | { readonly outcome: "close" | "reset" | "hang" }
  | { readonly outcome: "truncate"; readonly reply: HttpReply; readonly after: number };

/** A closure or an object with a `handle` method: stand-ins by the million are their own handlers. */
export interface HttpHandler {
  handle(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer>;
}

export const EMPTY_BODY: Body = { kind: "empty" };
export const noHeaders: Headers = [];

export const json = (value: unknown): Body => ({ kind: "json", value });
export const text = (value: string): Body => ({ kind: "text", text: value });
export const binary = (value: Uint8Array): Body => ({ kind: "bytes", bytes: value });

/** The first header of that name, in any case; `undefined` when absent. */
export function header(headers: Headers, name: string): string | undefined {
  for (const [key, value] of headers) {
    if (key.length === name.length && (key === name || key.toLowerCase() === name.toLowerCase())) return value;
  }
  return undefined;
}

/** Path and query of a request target: scheme and authority of an absolute-form target are cut off. */
export function targetPath(target: string): string {
  if (target.startsWith("/")) return target;
  const scheme = target.indexOf("://");
  if (scheme < 0) return target;
  const slash = target.indexOf("/", scheme + 3);
  if (slash >= 0) return target.slice(slash);
  const query = target.indexOf("?", scheme + 3);
  return query >= 0 ? `/${target.slice(query)}` : "/";
}
