import { type JsonValue, wireProblem } from "@understudy/kernel";
import type { Payload } from "./frame.ts";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** A payload that is a JSON value. */
export const jsonPayload = (json: JsonValue): Payload => ({ json });

/** A payload that is text. */
export const textPayload = (text: string): Payload => Buffer.from(text);

/** The JSON value of a payload; throws `WireError` when its bytes are no UTF-8 JSON. `where` names the place in the error. */
export function readPayload(payload: Payload, where: string): unknown {
  if (!(payload instanceof Uint8Array)) return payload.json;
  try {
    return JSON.parse(strictUtf8.decode(payload));
  } catch (cause) {
    const found = `${payload.length} bytes that are not JSON`;
    throw wireProblem({ reason: "syntax", path: where, found, accepted: "a JSON text" }, { cause });
  }
}

/** The payload as it goes over a socket. */
export function payloadBytes(payload: Payload): Buffer {
  return payload instanceof Uint8Array ? asBuffer(payload) : Buffer.from(JSON.stringify(payload.json));
}

/** The same bytes as a `Buffer`; nothing is copied. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** True for an empty message, which takes a retained one away. A JSON value is never empty. */
export const isEmptyPayload = (payload: Payload): boolean => payload instanceof Uint8Array && payload.length === 0;
