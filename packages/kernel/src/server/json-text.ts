import { wireProblem } from "./wire-problem.ts";

/** How far a JSON text may go. */
export interface JsonRules {
  /** Nested arrays and objects; default {@link DEFAULT_JSON_RULES}. */
  readonly maxDepth: number;
  /** A key that comes twice in one object: the last one wins, or the text is refused. */
  readonly duplicates: "last-wins" | "refuse";
}

export const DEFAULT_JSON_RULES: JsonRules = { maxDepth: 64, duplicates: "last-wins" };

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** Strict UTF-8 (a byte order mark is skipped); throws `malformed` otherwise. `where` names the place in the error. */
export function decodeUtf8(bytes: Uint8Array, where = "body"): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw wireProblem(
      { reason: "syntax", path: where, found: "bytes that are not UTF-8", accepted: "UTF-8 text" },
      { cause },
    );
  }
}

/** Parses JSON within the rules; throws `malformed`, `too-deep` or `duplicate-key`. */
export function parseJsonText(text: string, where = "body", rules: JsonRules = DEFAULT_JSON_RULES): unknown {
  if (depthOf(text) > rules.maxDepth) {
    throw wireProblem({
      reason: "too-deep",
      path: where,
      found: `JSON nested deeper than ${rules.maxDepth}`,
      accepted: `at most ${rules.maxDepth} levels`,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const found = text.trim() === "" ? "nothing" : `${describeText(text)}, which is not JSON`;
    throw wireProblem({ reason: "syntax", path: where, found, accepted: "a JSON text" }, { cause });
  }
  if (rules.duplicates === "refuse") refuseDuplicates(text, where);
  return value;
}

/** A text as an error shows it: quoted, at most 40 characters. */
export function describeText(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 37)}...`);
}

/** Index just behind the string that begins at `start`, or the text's end. */
function skipString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at + 1;
  }
  return text.length;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = skipString(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

/** Expects valid JSON. A string is a key when a colon follows it. */
function refuseDuplicates(text: string, where: string): void {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) open.push(new Set());
    else if (code === 0x7d || code === 0x5d) open.pop();
    else if (code === 0x22) {
      const end = skipString(text, at);
      if (isColonNext(text, end)) noteKey(text.slice(at, end), open.at(-1), where);
      at = end - 1;
    }
  }
}

function isColonNext(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === 0x3a;
}

function noteKey(literal: string, keys: Set<string> | undefined, where: string): void {
  const key = String(JSON.parse(literal));
  if (keys?.has(key)) {
    throw wireProblem({
      reason: "duplicate-key",
      path: where,
      found: `the key ${describeText(key)} twice`,
      accepted: "each key once",
    });
  }
  keys?.add(key);
}
