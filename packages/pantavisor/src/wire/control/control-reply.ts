import {
  type Body,
  EMPTY_BODY,
  type Headers,
  type HttpReply,
  type Instant,
  text,
  toCalendar,
} from "@understudy/kernel";

const JSON_TYPE: Headers = Object.freeze([["Content-Type", "application/json"] as const]);
const TEXT_TYPE: Headers = Object.freeze([["content-type", "text/plain"] as const]);
const STREAM_TYPE: Headers = Object.freeze([["content-type", "application/octet-stream"] as const]);
const HTML_TYPE = ["Content-Type", "text/html"] as const;
const CLOSE = ["Connection", "close"] as const;

/** The reason phrases of the control socket, where they differ from HTTP's or are not among Node's. */
const REASONS: Readonly<Record<number, string>> = {
  413: "Request Entity Too Large",
  414: "URI Too Long",
  422: "Unprocessable Content",
  507: "Insufficient Storage",
};

const reply = (status: number, headers: Headers, body: Body): HttpReply => {
  const reason = REASONS[status];
  return reason === undefined ? { status, headers, body } : { status, reason, headers, body };
};

/** Success without anything to say. */
export const done: HttpReply = Object.freeze({ status: 200, headers: JSON_TYPE, body: EMPTY_BODY });

/** Success that changed nothing: what was asked for is so already. */
export const alreadySo: HttpReply = Object.freeze({ status: 204, headers: Object.freeze([]), body: EMPTY_BODY });

/** JSON text, as it is. */
export const jsonText = (value: string): HttpReply => ({ status: 200, headers: JSON_TYPE, body: text(value) });

export const plainText = (value: string): HttpReply => ({ status: 200, headers: TEXT_TYPE, body: text(value) });

/** An object's content: over HTTP/1.1 in chunks, over 1.0 until the end of the connection. */
export const octets = (chunks: AsyncIterable<Uint8Array>): HttpReply => ({
  status: 200,
  headers: STREAM_TYPE,
  body: { kind: "stream", chunks },
});

/** `{"Error":"<text>"}` without blanks. `retryAfter` in seconds. */
export function failure(status: number, message: string, retryAfter?: number): HttpReply {
  const headers: Headers = retryAfter === undefined ? JSON_TYPE : [["Retry-After", String(retryAfter)], ...JSON_TYPE];
  return reply(status, headers, text(`{"Error":${JSON.stringify(message)}}`));
}

/** The same, with the connection closed behind it; headers in the order of the original. */
export const lastFailure = (status: number, message: string, now: Instant): HttpReply =>
  closing(status, ["Content-Type", "application/json"], `{"Error":${JSON.stringify(message)}}`, now);

/** What is no request, or has no method that is known. Its text has a blank, unlike all others. */
export const unsupported = (status: 400 | 501, now: Instant): HttpReply =>
  closing(status, HTML_TYPE, '{"Error": "Unsupported protocol"}', now);

function closing(status: number, type: Headers[number], body: string, now: Instant): HttpReply {
  const headers: Headers = [type, ["Date", httpDate(now)], ["Content-Length", String(Buffer.byteLength(body))], CLOSE];
  return reply(status, headers, text(body));
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment as HTTP headers write it, such as `Thu, 01 Jan 2026 00:00:00 GMT`. */
export function httpDate(at: Instant): string {
  const c = toCalendar(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${DAYS[c.weekday]}, ${two(c.day)} ${MONTHS[c.month - 1]} ${c.year} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} GMT`;
}
