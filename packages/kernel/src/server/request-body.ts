import type { WireError } from "../errors/wire-error.ts";
import type { Body } from "../network/http.ts";
import { type ByteCount, mib } from "../time/units.ts";
import { DEFAULT_JSON_RULES, decodeUtf8, type JsonRules, parseJsonText } from "./json-text.ts";
import { wireProblem } from "./wire-problem.ts";

/** What a route takes as its JSON body. */
export interface BodyRules extends JsonRules {
  /** Larger texts are refused with `too-large`. */
  readonly maxBytes: ByteCount;
  /** What an absent body stands for; `undefined` (default) refuses it. Such as `{}` where all members are optional. */
  readonly whenEmpty?: unknown;
}

export const DEFAULT_BODY_RULES: BodyRules = { ...DEFAULT_JSON_RULES, maxBytes: mib(8) };

/** The JSON value of a body: at once where it is here already, as a promise where it comes in pieces. Throws {@link WireError}. */
export function jsonOf(body: Body, rules: BodyRules): unknown | Promise<unknown> {
  switch (body.kind) {
    case "json":
      return body.value;
    case "empty":
      return ofText("", rules);
    case "text":
      if (body.text.length > rules.maxBytes) throw tooLarge(rules.maxBytes);
      return ofText(body.text, rules);
    case "bytes":
      if (body.bytes.length > rules.maxBytes) throw tooLarge(rules.maxBytes);
      return ofText(decodeUtf8(body.bytes), rules);
    case "blob":
      return ofChunks(body.blob.chunks(body.start, body.end), rules);
    case "stream":
      return ofChunks(body.chunks, rules);
  }
}

function ofText(text: string, rules: BodyRules): unknown {
  if (text === "" && rules.whenEmpty !== undefined) return rules.whenEmpty;
  return parseJsonText(text, "body", rules);
}

async function ofChunks(chunks: AsyncIterable<Uint8Array>, rules: BodyRules): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > rules.maxBytes) throw tooLarge(rules.maxBytes);
    parts.push(chunk);
  }
  return ofText(decodeUtf8(Buffer.concat(parts)), rules);
}

const tooLarge = (maxBytes: ByteCount): WireError =>
  wireProblem({ reason: "too-large", path: "body", found: "a larger one", accepted: `at most ${maxBytes} bytes` });
