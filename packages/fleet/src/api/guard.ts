import { createHash, timingSafeEqual } from "node:crypto";
import { type HttpReply, header, jsonReply, type ReceivedRequest, UsageError } from "@understudy/kernel";
import type { ApiError } from "./shapes.ts";

/** Who may use the lab API. */
export interface GuardOptions {
  /** Where the API listens; default 127.0.0.1. Any address that is not loopback needs a token. */
  readonly host?: string;
  /** Asked for as `Authorization: Bearer TOKEN` with every request; absent: no token is asked for. */
  readonly token?: string;
  /** Host names by which the API may be called, besides localhost and IP addresses. */
  readonly names?: readonly string[];
}

const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** Refuses requests that a foreign web page may have sent, and those without the token. */
export class Guard {
  readonly #token: Uint8Array | undefined;
  readonly #names: ReadonlySet<string>;

  /** Throws `UsageError` when an open address has no token. */
  constructor({ host = "127.0.0.1", token, names = [] }: GuardOptions) {
    if (token === undefined && !isLoopback(host)) {
      throw new UsageError(
        "token-needed",
        `The lab API on ${host} can be reached from other machines and needs a token; give one, or listen on 127.0.0.1.`,
        { host },
      );
    }
    this.#token = token === undefined ? undefined : digest(token);
    this.#names = new Set(["localhost", host, ...names].map((name) => name.toLowerCase()));
  }

  /** The refusal; `undefined` when the request may pass. */
  refusal(request: ReceivedRequest): HttpReply | undefined {
    if (this.#token !== undefined && !this.#hasToken(request)) {
      return refusal(401, "token-wrong", "Send the lab's token as `Authorization: Bearer TOKEN`.", [
        ["WWW-Authenticate", 'Bearer realm="understudy lab"'],
      ]);
    }
    const host = header(request.headers, "host");
    if (host !== undefined && !this.#isOurs(host)) {
      return refusal(403, "host-foreign", `The lab API does not answer as ${hostName(host)}; name it with --name.`);
    }
    const origin = header(request.headers, "origin");
    if (origin !== undefined && !READING.has(request.method) && !isSameHost(origin, host)) {
      return refusal(403, "origin-foreign", `Pages of ${origin} may not change the lab.`);
    }
    return undefined;
  }

  #hasToken(request: ReceivedRequest): boolean {
    const [scheme, token] = (header(request.headers, "authorization") ?? "").split(" ", 2);
    if (this.#token === undefined || scheme?.toLowerCase() !== "bearer" || token === undefined) return false;
    return timingSafeEqual(digest(token), this.#token);
  }

  /** A rebound name is a name: addresses are always ours. */
  #isOurs(host: string): boolean {
    const name = hostName(host);
    return name.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || this.#names.has(name);
  }
}

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

const hostName = (host: string): string => host.replace(/:\d*$/, "").toLowerCase();

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);

/** An origin is `scheme://host[:port]`, or `null`. */
function isSameHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && origin.replace(/^https?:\/\//, "").toLowerCase() === host.toLowerCase();
}

function refusal(status: number, error: string, message: string, headers: HttpReply["headers"] = []): HttpReply {
  const body: ApiError = { error, message };
  return jsonReply(body, status, headers);
}
