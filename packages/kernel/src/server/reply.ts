import { EMPTY_BODY, type Headers, type HttpReply, json, text } from "../network/http.ts";

const JSON_HEADERS: Headers = Object.freeze([["Content-Type", "application/json; charset=utf-8"] as const]);
const TEXT_HEADERS: Headers = Object.freeze([["Content-Type", "text/plain; charset=utf-8"] as const]);
const NO_HEADERS: Headers = Object.freeze([]);

/** A JSON reply; status 200 unless given. The value is not changed afterwards by anybody. */
export const jsonReply = (value: unknown, status = 200, headers: Headers = NO_HEADERS): HttpReply => ({
  status,
  headers: headers.length === 0 ? JSON_HEADERS : [...JSON_HEADERS, ...headers],
  body: json(value),
});

/** A plain text reply; status 200 unless given. */
export const textReply = (value: string, status = 200, headers: Headers = NO_HEADERS): HttpReply => ({
  status,
  headers: headers.length === 0 ? TEXT_HEADERS : [...TEXT_HEADERS, ...headers],
  body: text(value),
});

/** A reply without a body; status 204 unless given. */
export const emptyReply = (status = 204, headers: Headers = NO_HEADERS): HttpReply => ({
  status,
  headers,
  body: EMPTY_BODY,
});
