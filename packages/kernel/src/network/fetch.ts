import { UsageError } from "../errors/understudy-error.ts";
import type { Duration } from "../time/units.ts";
import { type Address, tcp } from "./address.ts";
import { bodyChunks } from "./body.ts";
import { type Body, EMPTY_BODY, type HttpReply, header } from "./http.ts";
import { type ClientTls, type Network, NetworkError } from "./network.ts";

/** How requests of a {@link FetchFunction} are sent. */
export interface FetchOptions {
  /** For `https:` URLs; default: the system's authorities. */
  readonly tls?: ClientTls;
  /** Until the reply's headers are there. Default 30 s. */
  readonly timeout?: Duration;
  /** Where a URL leads, instead of to its host and port; such as a Unix socket. */
  readonly addressOf?: (url: URL) => Address;
}

/** The part of WHATWG `fetch` that HTTP has: no caches, cookies, CORS or `data:` URLs. Redirects are followed as `redirect` says. */
export type FetchFunction = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const MAX_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const BODILESS = new Set([204, 205, 304]);

/**
 * A `fetch` over a network of ours, for those who use us as a library. Rejects with `TypeError` whose cause is the
 * `NetworkError`, or with the signal's reason.
 */
export function fetchOver(network: Network, options: FetchOptions = {}): FetchFunction {
  return async (input, init) => {
    const request = new Request(input, init);
    const streamed =
      init?.body instanceof ReadableStream ||
      (input instanceof Request && init?.body === undefined && input.body !== null);
    try {
      return await exchange(network, request, await bodyOf(request, streamed), options);
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      if (error instanceof NetworkError) throw new TypeError("fetch failed", { cause: error });
      throw error;
    }
  };
}

async function exchange(network: Network, request: Request, body: Body, options: FetchOptions): Promise<Response> {
  let url = new URL(request.url);
  let method = request.method;
  let sent = body;
  for (let redirects = 0; ; redirects++) {
    const reply = await network.request(
      addressOf(url, options),
      {
        method,
        target: url.pathname + url.search,
        version: "1.1",
        headers: [["Host", url.host], ...request.headers],
        body: sent,
      },
      {
        reply: "stream",
        signal: request.signal,
        ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
        ...(url.protocol === "https:" ? { tls: options.tls ?? {} } : {}),
      },
    );
    const location = REDIRECTS.has(reply.status) ? header(reply.headers, "location") : undefined;
    if (location === undefined || request.redirect === "manual") return responseOf(reply);
    if (request.redirect === "error")
      throw new TypeError("fetch failed", { cause: new Error(`redirected to ${location}`) });
    if (redirects === MAX_REDIRECTS)
      throw new TypeError("fetch failed", { cause: new Error(`more than ${MAX_REDIRECTS} redirects`) });
    if (sent.kind === "stream" && reply.status !== 303) {
      throw new TypeError("fetch failed", { cause: new Error("a streamed body cannot be sent again") });
    }
    url = new URL(location, url);
    if (reply.status === 303 || (reply.status < 303 && method === "POST")) {
      method = method === "HEAD" ? "HEAD" : "GET";
      sent = EMPTY_BODY;
    }
  }
}

function addressOf(url: URL, options: FetchOptions): Address {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new UsageError("bad-url", `Only http: and https: URLs can be fetched, not ${url.protocol}`, {
      url: url.href,
    });
  }
  if (options.addressOf !== undefined) return options.addressOf(url);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return tcp(url.hostname.replace(/^\[(.*)\]$/, "$1"), port);
}

async function bodyOf(request: Request, streamed: boolean): Promise<Body> {
  if (request.body === null) return EMPTY_BODY;
  if (streamed) return { kind: "stream", chunks: request.body };
  return { kind: "bytes", bytes: new Uint8Array(await request.arrayBuffer()) };
}

function responseOf(reply: HttpReply): Response {
  const headers = new Headers();
  for (const [name, value] of reply.headers) headers.append(name, value);
  const body =
    BODILESS.has(reply.status) || reply.body.kind === "empty" ? null : ReadableStream.from(bodyChunks(reply.body));
  return new Response(body, { status: reply.status, statusText: reply.reason ?? "", headers });
}
