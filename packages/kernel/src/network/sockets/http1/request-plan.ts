import { type Address, describeAddress } from "../../address.ts";
import { bodyLength } from "../../body.ts";
import { type Headers, type HttpRequest, header } from "../../http.ts";
import { NetworkError } from "../../network.ts";
import { headerLines, requestLine } from "./head-text.ts";

/** How a request is written. */
export interface RequestPlan {
  /** Request line, headers and the empty line, to be written as Latin-1. */
  readonly head: string;
  readonly body: "none" | "plain" | "chunked";
  readonly length: number | undefined;
  /** The connection may be used again afterwards. */
  readonly keepAlive: boolean;
  /** The body waits for `100 Continue`. */
  readonly expects: boolean;
}

/**
 * Decides request line, headers and framing. Headers keep their order and spelling; in HTTP/1.1 a missing Host is put first and
 * the framing added last. Throws `NetworkError("malformed")` for what cannot be written.
 */
export function planRequest(to: Address, request: HttpRequest): RequestPlan {
  const { headers, version, method } = request;
  const length = bodyLength(request.body);
  if (length === undefined && version === "1.0") {
    throw new NetworkError(
      "malformed",
      "HTTP/1.0 cannot carry a request body of unknown length; give its `length`.",
      {},
    );
  }
  let head = requestLine(method, request.target, version);
  if (version === "1.1" && header(headers, "host") === undefined) head += `Host: ${hostOf(to)}\r\n`;
  head += headerLines(framed(headers, length));
  if (length === undefined) {
    if (header(headers, "transfer-encoding") === undefined) head += "Transfer-Encoding: chunked\r\n";
  } else if (
    header(headers, "content-length") === undefined &&
    (length > 0 || (version === "1.1" && expectsBody(method)))
  ) {
    head += `Content-Length: ${length}\r\n`;
  }
  return {
    head: `${head}\r\n`,
    body: length === 0 ? "none" : length === undefined ? "chunked" : "plain",
    length,
    keepAlive: version === "1.1" && header(headers, "connection")?.toLowerCase() !== "close",
    expects: length !== 0 && version === "1.1" && header(headers, "expect")?.toLowerCase() === "100-continue",
  };
}

const expectsBody = (method: string): boolean => method === "POST" || method === "PUT" || method === "PATCH";

function hostOf(to: Address): string {
  if (to.kind === "unix") return "localhost";
  return to.port === 80 || to.port === 443 ? (to.host.includes(":") ? `[${to.host}]` : to.host) : describeAddress(to);
}

/** A length that is not true is put right; a length beside chunks is left out. */
function framed(headers: Headers, length: number | undefined): Headers {
  const claimed = header(headers, "content-length");
  if (claimed === undefined || Number(claimed) === length) return headers;
  if (length === undefined) return headers.filter(([name]) => name.toLowerCase() !== "content-length");
  return headers.map(
    ([name, value]) => [name, name.toLowerCase() === "content-length" ? String(length) : value] as const,
  );
}
