import { streamBody } from "../../body.ts";
import { type Body, EMPTY_BODY, type Headers, header } from "../../http.ts";
import type { ListenerLimits, RefusalStatus } from "../../network.ts";
import { BodyDecoder, ChunkError } from "./body-decoder.ts";
import { requestFraming } from "./framing.ts";
import { type HeadProgress, HeadReader } from "./head-reader.ts";
import { type BodySource, IncomingBody } from "./incoming-body.ts";

/** The parts of a request line. */
export interface RequestStart {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
}

/** A request that is there, or whose body is coming in as a stream. */
export interface ArrivedRequest {
  readonly start: RequestStart;
  readonly headers: Headers;
  readonly body: Body;
  /** The client sends the body after `100 Continue`. */
  readonly expects: boolean;
}

/** What a step of reading led to. `more`: nothing, until more bytes come. */
export type Reading =
  | { readonly kind: "more" }
  | { readonly kind: "request"; readonly request: ArrivedRequest }
  | { readonly kind: "refuse"; readonly status: RefusalStatus; readonly why: string };

/** Bodies up to this size are read before the handler is called, and handed over as bytes. */
const WHOLE_BODY_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);
const MORE: Reading = Object.freeze({ kind: "more" });
/** A request line. `lenient`: the target may have blanks in it; it ends before the last one. */
const REQUEST_LINE = {
  strict: /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^\s]+) HTTP\/1\.(\d)$/,
  lenient: /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (\S|\S.*\S) +HTTP\/1\.(\d)$/,
} as const;

const refuse = (status: RefusalStatus, why: string): Reading => ({ kind: "refuse", status, why });

/**
 * Takes requests out of what a client sends, one at a time. `head`: reading the request line and headers. `collect`: reading a
 * small body. `stream`: the body comes in while the handler reads it. `complete`: the request is all there; what follows it
 * waits until {@link next}.
 */
export class RequestReader {
  readonly #limits: ListenerLimits;
  readonly #source: BodySource;
  readonly #reading: keyof typeof REQUEST_LINE;
  readonly #heads: HeadReader;
  #phase: "head" | "collect" | "stream" | "complete" = "head";
  #input: Buffer = NOTHING;
  #start: RequestStart | undefined;
  #headers: Headers = [];
  #decoder = new BodyDecoder({ kind: "none" });
  #collected: Buffer[] = [];
  #bytes = 0;
  #stream: IncomingBody | undefined;

  constructor(limits: ListenerLimits, source: BodySource, reading: keyof typeof REQUEST_LINE = "strict") {
    this.#limits = limits;
    this.#reading = reading;
    this.#source = source;
    this.#heads = new HeadReader(limits.headerBytes);
  }

  get phase(): "head" | "collect" | "stream" | "complete" {
    return this.#phase;
  }

  /** True between requests, when not a byte of the next has come in. */
  get idle(): boolean {
    return this.#phase === "head" && !this.#heads.begun && this.#input.length === 0;
  }

  /** The request line, as soon as it is known. */
  get start(): RequestStart | undefined {
    return this.#start;
  }

  /** The body that the handler reads, if it is a stream. */
  get stream(): IncomingBody | undefined {
    return this.#stream;
  }

  /** Bytes that wait to be read. */
  get ahead(): number {
    return this.#input.length;
  }

  push(chunk: Buffer): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
  }

  /** Reads as far as something has to be done. After a refusal nothing more is to be read. */
  step(): Reading {
    while (this.#input.length > 0 && this.#phase !== "complete") {
      const chunk = this.#input;
      this.#input = NOTHING;
      const reading = this.#phase === "head" ? this.#readHead(chunk) : this.#readBody(chunk);
      if (reading.kind !== "more") return reading;
    }
    return MORE;
  }

  /** The request was answered: on to the next. */
  next(): void {
    this.#phase = "head";
    this.#start = undefined;
    this.#headers = [];
    this.#stream = undefined;
  }

  #readHead(chunk: Buffer): Reading {
    let progress: HeadProgress = this.#heads.push(chunk);
    if (progress === "start-line") {
      this.#start = parseStart(this.#heads.startLine, REQUEST_LINE[this.#reading]);
      if (this.#start === undefined) return refuse(400, "not a request line of HTTP/1.0 or 1.1");
      progress = this.#heads.more();
    }
    if (progress === "too-large") return refuse(431, "the request line and headers are too long");
    if (progress === "malformed") return refuse(400, this.#heads.problem);
    return progress === "complete" && this.#start !== undefined ? this.#begin(this.#start) : MORE;
  }

  #begin(start: RequestStart): Reading {
    this.#headers = this.#heads.take().headers;
    this.#input = this.#heads.rest();
    const framing = requestFraming(start.version, this.#headers, this.#reading);
    if (framing.kind === "problem") return refuse(framing.status, framing.why);
    const length = framing.kind === "length" ? framing.length : undefined;
    if (length !== undefined && length > this.#limits.bodyBytes) return refuse(413, "the body is too large");
    this.#decoder = new BodyDecoder(framing);
    this.#bytes = 0;
    this.#collected = [];
    if (this.#decoder.done) return this.#arrived("complete", EMPTY_BODY, false);
    const expects = start.version === "1.1" && header(this.#headers, "expect")?.toLowerCase() === "100-continue";
    if (expects || (length ?? 0) > WHOLE_BODY_BYTES) return this.#streamed(length, expects);
    this.#phase = "collect";
    return MORE;
  }

  #readBody(chunk: Buffer): Reading {
    try {
      this.#input = this.#decoder.push(chunk, (piece) => {
        this.#bytes += piece.length;
        if (this.#bytes > this.#limits.bodyBytes) return;
        if (this.#stream === undefined) this.#collected.push(piece);
        else this.#stream.push(piece);
      });
    } catch (error) {
      if (error instanceof ChunkError) return refuse(400, error.message);
      throw error;
    }
    if (this.#bytes > this.#limits.bodyBytes) return refuse(413, "the body is too large");
    const done = this.#decoder.done;
    if (this.#phase === "stream") {
      if (!done) return MORE;
      this.#phase = "complete";
      this.#stream?.end();
      return MORE;
    }
    if (done) return this.#arrived("complete", { kind: "bytes", bytes: joined(this.#collected) }, false);
    return this.#bytes > WHOLE_BODY_BYTES ? this.#streamed(undefined, false) : MORE;
  }

  #streamed(length: number | undefined, expects: boolean): Reading {
    const stream = new IncomingBody(this.#source);
    for (const piece of this.#collected) stream.push(piece);
    this.#collected = [];
    this.#stream = stream;
    return this.#arrived("stream", streamBody(stream, length), expects);
  }

  #arrived(phase: "complete" | "stream", body: Body, expects: boolean): Reading {
    this.#phase = phase;
    if (this.#start === undefined) return MORE;
    return { kind: "request", request: { start: this.#start, headers: this.#headers, body, expects } };
  }
}

function parseStart(line: string, form: RegExp): RequestStart | undefined {
  const parts = form.exec(line);
  if (parts === null) return undefined;
  const [, method, target, minor] = parts;
  if (method === undefined || target === undefined) return undefined;
  return { method, target, version: minor === "0" ? "1.0" : "1.1" };
}

function joined(pieces: readonly Buffer[]): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}
