import type { Headers } from "../../http.ts";

/** The first line and the header lines of a message, as they came. */
export interface MessageHead {
  readonly startLine: string;
  readonly headers: Headers;
}

/** `more`: not complete. `start-line`: the first line has just become complete; read on with `more()`. */
export type HeadProgress = "more" | "start-line" | "complete" | "too-large" | "malformed";

const LF = 10;
const CR = 13;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN = /[\0-\x08\x0a-\x1f\x7f]/;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the head of one message after the other from a byte stream. Lines end in CRLF or, as people type them, in LF; empty
 * lines before the first line are skipped. Folded lines, blanks before the colon and control characters are malformed.
 */
export class HeadReader {
  readonly #limit: number;
  #bytes: Buffer = NOTHING;
  #at = 0;
  #searched = 0;
  #size = 0;
  #startLine: string | undefined;
  #headers: [string, string][] = [];
  /** What was wrong, after `malformed`. */
  problem = "";

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True when part of a message has come in. */
  get begun(): boolean {
    return this.#startLine !== undefined || this.#bytes.length > this.#at;
  }

  push(chunk: Buffer): HeadProgress {
    this.#bytes = this.#bytes.length === this.#at ? chunk : Buffer.concat([this.#bytes.subarray(this.#at), chunk]);
    this.#searched = this.#searched > this.#at ? this.#searched - this.#at : 0;
    this.#at = 0;
    return this.more();
  }

  more(): HeadProgress {
    for (;;) {
      const end = this.#bytes.indexOf(LF, Math.max(this.#searched, this.#at));
      if (end < 0) {
        this.#searched = this.#bytes.length;
        return this.#size + this.#bytes.length - this.#at > this.#limit ? "too-large" : "more";
      }
      const from = this.#at;
      const to = end > from && this.#bytes[end - 1] === CR ? end - 1 : end;
      this.#at = end + 1;
      this.#size += this.#at - from;
      if (this.#size > this.#limit) return "too-large";
      if (this.#startLine === undefined) {
        if (to === from) continue;
        this.#startLine = this.#bytes.toString("latin1", from, to);
        return FORBIDDEN.test(this.#startLine) ? this.#refuse("control characters in the first line") : "start-line";
      }
      if (to === from) return "complete";
      const problem = this.#header(this.#bytes.toString("latin1", from, to));
      if (problem !== undefined) return this.#refuse(problem);
    }
  }

  get startLine(): string {
    return this.#startLine ?? "";
  }

  /** The head, once complete; the reader is then ready for the next message. */
  take(): MessageHead {
    const head = { startLine: this.startLine, headers: this.#headers };
    this.#startLine = undefined;
    this.#headers = [];
    this.#size = 0;
    return head;
  }

  /** What came after the head. */
  rest(): Buffer {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = NOTHING;
    this.#at = 0;
    this.#searched = 0;
    return rest;
  }

  #header(line: string): string | undefined {
    const first = line.charCodeAt(0);
    if (first === 32 || first === 9) return "a folded header line";
    const colon = line.indexOf(":");
    if (colon < 1) return "a header line without a name";
    const name = line.slice(0, colon);
    if (!TOKEN.test(name)) return "a header name with forbidden characters";
    const value = trimBlanks(line, colon + 1);
    if (FORBIDDEN.test(value)) return "control characters in a header value";
    this.#headers.push([name, value]);
    return undefined;
  }

  #refuse(problem: string): HeadProgress {
    this.problem = problem;
    return "malformed";
  }
}

function trimBlanks(line: string, from: number): string {
  let start = from;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;
