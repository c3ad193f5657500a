import type { Headers } from "../../http.ts";
import { NetworkError } from "../../network.ts";
import { nodeHttp } from "../late-node.ts";

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOT_IN_LINE = /[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/;

/** Header lines as bytes (Latin-1). Throws `NetworkError("malformed")` for what would break the message apart. */
export function headerLines(headers: Headers): string {
  let lines = "";
  for (const [name, value] of headers) {
    if (!NAME.test(name)) throw bad(`header name ${JSON.stringify(name)}`);
    if (NOT_IN_LINE.test(value)) throw bad(`value of header ${name}`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** `METHOD target HTTP/v`. */
export function requestLine(method: string, target: string, version: string): string {
  if (!NAME.test(method)) throw bad(`method ${JSON.stringify(method)}`);
  if (target === "" || /\s/.test(target) || NOT_IN_LINE.test(target))
    throw bad("request target (write characters beyond ASCII and blanks as %XX)");
  return `${method} ${target} HTTP/${version}\r\n`;
}

/** `HTTP/v status phrase`. */
export function statusLine(version: string, status: number, reason: string | undefined): string {
  const phrase = reason ?? usualReason(status);
  if (NOT_IN_LINE.test(phrase)) throw bad("reason phrase");
  if (!Number.isInteger(status) || status < 100 || status > 999) throw bad(`status ${status}`);
  return `HTTP/${version} ${status} ${phrase}\r\n`;
}

/** The phrase that goes with a status by itself. */
export const usualReason = (status: number): string => nodeHttp().STATUS_CODES[status] ?? "";

const bad = (what: string): NetworkError =>
  new NetworkError("malformed", `The ${what} cannot be written in an HTTP/1 message.`, {});
