import { messageOf } from "../errors/understudy-error.ts";
import { WireError } from "../errors/wire-error.ts";
import type { Blob } from "../storage/blob.ts";
import { type Body, EMPTY_BODY } from "./http.ts";
import { tooLarge } from "./network-errors.ts";

/** A body that is wholly there, so that it can be read without waiting. */
export type WholeBody = Exclude<Body, { readonly kind: "blob" | "stream" }>;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });
const NO_BYTES = new Uint8Array(0);

/** True when the body can be read with {@link parseJson} and its relatives. */
export const isWhole = (body: Body): body is WholeBody => body.kind !== "blob" && body.kind !== "stream";

/** Content of a blob as a body, whole or from `start` to before `end`. */
export const blobBody = (blob: Blob, start = 0, end = blob.size): Body => ({ kind: "blob", blob, start, end });

/** A stream as a body; with `length` it is announced as Content-Length. */
export const streamBody = (chunks: AsyncIterable<Uint8Array>, length?: number): Body =>
  length === undefined ? { kind: "stream", chunks } : { kind: "stream", chunks, length };

/** Number of bytes on the wire; `undefined` for a stream of unknown length. A `json` value is rendered to find out. */
export function bodyLength(body: Body): number | undefined {
  switch (body.kind) {
    case "empty":
      return 0;
    case "bytes":
      return body.bytes.byteLength;
    case "text":
      return Buffer.byteLength(body.text);
    case "json":
      return Buffer.byteLength(renderJson(body.value));
    case "blob":
      return body.end - body.start;
    case "stream":
      return body.length;
  }
}

/** True when the body is known to have more than `limit` bytes. A stream of unknown length never is. */
export function exceeds(body: Body, limit: number): boolean {
  switch (body.kind) {
    case "empty":
      return false;
    case "text":
      return body.text.length * 3 > limit && Buffer.byteLength(body.text) > limit;
    case "json":
      return largestJson(body.value, limit) > limit && Buffer.byteLength(renderJson(body.value)) > limit;
    default:
      return (bodyLength(body) ?? 0) > limit;
  }
}

/** The whole body. Throws `NetworkError("too-large")` beyond `limit` bytes (default: no limit). */
export async function readBytes(body: Body, limit = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  if (exceeds(body, limit)) throw tooLarge("The body", limit);
  if (isWhole(body)) return wholeBytes(body);
  if (body.kind === "blob" && body.start === 0 && body.end === body.blob.size && body.end <= 1 << 18)
    return body.blob.bytes();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bodyChunks(body)) {
    length += chunk.byteLength;
    if (length > limit) throw tooLarge("The body", limit);
    parts.push(chunk);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
}

/** The whole body as text. Throws {@link WireError} when it is not UTF-8, `NetworkError("too-large")` beyond `limit` bytes. */
export async function readText(body: Body, limit?: number): Promise<string> {
  if (body.kind === "text" && limit === undefined) return body.text;
  if (body.kind === "json" && limit === undefined) return renderJson(body.value);
  return decodeUtf8(await readBytes(body, limit));
}

/**
 * The body as a JSON value; a `json` body gives its value as it is. Throws {@link WireError} when it is not UTF-8 or not JSON
 * (an empty body is not), `NetworkError("too-large")` beyond `limit` bytes.
 */
export async function readJson(body: Body, limit?: number): Promise<unknown> {
  if (isWhole(body) && (limit === undefined || !exceeds(body, limit))) return parseJson(body);
  return parseJsonText(await readText(body, limit));
}

/** {@link readJson} without waiting, for bodies that are wholly there. */
export function parseJson(body: WholeBody): unknown {
  if (body.kind === "json") return body.value;
  return parseJsonText(wholeText(body));
}

/** The bytes of a body that is wholly there. */
export function wholeBytes(body: WholeBody): Uint8Array {
  switch (body.kind) {
    case "empty":
      return NO_BYTES;
    case "bytes":
      return body.bytes;
    case "text":
      return Buffer.from(body.text);
    case "json":
      return Buffer.from(renderJson(body.value));
  }
}

/** The text of a body that is wholly there. Throws {@link WireError} when it is not UTF-8. */
export function wholeText(body: WholeBody): string {
  switch (body.kind) {
    case "empty":
      return "";
    case "bytes":
      return decodeUtf8(body.bytes);
    case "text":
      return body.text;
    case "json":
      return renderJson(body.value);
  }
}

/** The body piece by piece, from byte `start` (default 0) to before `end` (default: all). Nothing is read before it is asked for. */
export async function* bodyChunks(
  body: Body,
  start = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (isWhole(body)) {
    const bytes = wholeBytes(body).subarray(start, end === Number.POSITIVE_INFINITY ? undefined : end);
    if (bytes.byteLength > 0) yield bytes;
    return;
  }
  if (body.kind === "blob") {
    yield* body.blob.chunks(body.start + start, Math.min(body.end, body.start + end));
    return;
  }
  let at = 0;
  if (at >= end) return;
  for await (const chunk of body.chunks) {
    const piece = chunk.subarray(Math.max(0, start - at), Math.min(chunk.byteLength, end - at));
    at += chunk.byteLength;
    if (piece.byteLength > 0) yield piece;
    if (at >= end) return;
  }
}

/** A part of a body, as a range request wants it. Blobs stay blobs; other kinds become bytes or a stream. */
export function sliceBody(body: Body, start: number, end: number): Body {
  if (end <= start || body.kind === "empty") return EMPTY_BODY;
  if (body.kind === "blob") return { ...body, start: body.start + start, end: Math.min(body.end, body.start + end) };
  if (isWhole(body)) return { kind: "bytes", bytes: wholeBytes(body).subarray(start, end) };
  return streamBody(
    bodyChunks(body, start, end),
    body.length === undefined ? undefined : Math.min(body.length, end) - start,
  );
}

/** Bytes as text. Throws {@link WireError} when they are not UTF-8; a byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new WireError("The text is not valid UTF-8.", { path: "" }, { cause });
  }
}

/** Text as a JSON value. Throws {@link WireError}. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WireError(`The text is not JSON: ${messageOf(cause)}.`, { path: "" }, { cause });
  }
}

/** `undefined` as a whole value has no JSON text; it is written as `null`. */
function renderJson(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** An upper bound of the rendered size, without rendering; stops counting once it is beyond `limit`. */
function largestJson(value: unknown, limit: number): number {
  if (typeof value === "string") return value.length * 6 + 2;
  if (typeof value !== "object" || value === null) return 26;
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      size += 1 + largestJson(item, limit - size);
      if (size > limit) return size;
    }
    return size;
  }
  for (const key in value) {
    size += key.length * 6 + 4 + largestJson((value as Record<string, unknown>)[key], limit - size); // an own or inherited key of value
    if (size > limit) return size;
  }
  return size;
}
