import { type Headers, header } from "../../http.ts";

/** Where the body of a message ends. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

/** Why the end of a body cannot be told, and what a server answers then. */
export interface FramingProblem {
  readonly kind: "problem";
  readonly status: 400 | 501;
  readonly why: string;
}

const NONE: Framing = Object.freeze({ kind: "none" });
const CHUNKED: Framing = Object.freeze({ kind: "chunked" });
const UNTIL_CLOSE: Framing = Object.freeze({ kind: "until-close" });

const problem = (why: string, status: 400 | 501 = 400): FramingProblem => ({ kind: "problem", status, why });

/**
 * Of a request. `Transfer-Encoding: identity` counts as none. Two lengths, or a length beside chunks, are refused: two readers
 * could see two different requests in them. Read leniently, the first length counts.
 */
export function requestFraming(
  version: "1.0" | "1.1",
  headers: Headers,
  reading: "strict" | "lenient" = "strict",
): Framing | FramingProblem {
  const framing = announced(version, headers, reading);
  return framing ?? NONE;
}

/** Of a reply to `method`. */
export function replyFraming(method: string, status: number, headers: Headers): Framing | FramingProblem {
  if (method === "HEAD" || status === 204 || status === 304) return NONE;
  return announced("1.1", headers, "strict") ?? UNTIL_CLOSE;
}

/** True when the connection may carry another message after this one. */
export function keepsAlive(version: string, headers: Headers): boolean {
  const options = header(headers, "connection")?.toLowerCase();
  if (version === "1.0") return options?.includes("keep-alive") === true;
  return options === undefined || !options.split(",").some((option) => option.trim() === "close");
}

function announced(
  version: "1.0" | "1.1",
  headers: Headers,
  reading: "strict" | "lenient",
): Framing | FramingProblem | undefined {
  let codings: string | undefined;
  let length: string | undefined;
  for (const [name, value] of headers) {
    if (name.length === 17 && name.toLowerCase() === "transfer-encoding")
      codings = codings === undefined ? value : `${codings},${value}`;
    if (name.length === 14 && name.toLowerCase() === "content-length") {
      if (length !== undefined && length !== value && reading === "strict")
        return problem("two different content lengths");
      length ??= value;
    }
  }
  if (codings !== undefined) {
    const list = codings
      .toLowerCase()
      .split(",")
      .map((coding) => coding.trim())
      .filter((coding) => coding !== "identity" && coding !== "");
    if (list.length > 0) return chunkedOnly(list, version, length);
  }
  if (length === undefined) return undefined;
  if (!/^\d{1,15}$/.test(length)) return problem("a content length that is no number");
  return { kind: "length", length: Number(length) };
}

function chunkedOnly(
  codings: readonly string[],
  version: "1.0" | "1.1",
  length: string | undefined,
): Framing | FramingProblem {
  if (length !== undefined) return problem("a content length beside a transfer coding");
  if (version === "1.0") return problem("a transfer coding in HTTP/1.0");
  if (codings.length > 1 || codings[0] !== "chunked") return problem("a transfer coding other than chunked", 501);
  return CHUNKED;
}
