import type { Socket } from "node:net";
import type { Timekeeper } from "../../../time/clock.ts";
import { minutes, seconds } from "../../../time/units.ts";
import { streamBody } from "../../body.ts";
import { type Body, EMPTY_BODY, type HttpAnswer, type HttpHandler, type HttpReply, header } from "../../http.ts";
import { type ListenerLimits, NetworkError, type RefusalStatus, type ServeOptions } from "../../network.ts";
import { replyToFailure } from "../../network-options.ts";
import { Deadline } from "../deadline.ts";
import { BodyDecoder, ChunkError } from "./body-decoder.ts";
import { keepsAlive, requestFraming } from "./framing.ts";
import { type HeadProgress, HeadReader, type MessageHead } from "./head-reader.ts";
import { usualReason } from "./head-text.ts";
import { type BodySource, IncomingBody } from "./incoming-body.ts";
import { type Written, writeReply } from "./reply-writer.ts";
import { type ConnectionOrigin, ServerExchange } from "./server-exchange.ts";

/** What a connection needs of its listener. */
export interface ConnectionHome {
  readonly time: Timekeeper;
  readonly handler: HttpHandler;
  readonly options: ServeOptions;
  readonly limits: ListenerLimits;
  /** No new requests: the listener is being closed. */
  readonly closing: boolean;
  readonly dead: boolean;
  /** For a Date header. */
  date(): string;
  failed(error: unknown, where: string): void;
  refusedOne(): void;
  exchanged(): void;
  left(connection: ServerConnection): void;
}

/** How a connection comes to its end. */
export interface ConnectionEnding {
  /** At once: the client sees a reset. */
  reset(): void;
  /** Called before a connection is closed that carries no request. */
  closesIdle(): void;
}

/** Bodies up to this size are read before the handler is called, and handed over as bytes. */
const WHOLE_BODY_BYTES = 64 * 1024;
/** Pipelined input that may wait while a request is being answered. */
const AHEAD_BYTES = 64 * 1024;
/** After a last reply the client may go on sending for so long, or so much, before it is cut off. */
const LINGER = seconds(2);
const LINGER_BYTES = 1 << 20;
/** How long a client that closed its writing side is thought to await its reply. */
const HALF_CLOSED_PATIENCE = minutes(10);
const NOTHING = Buffer.alloc(0);
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^\s]+) HTTP\/1\.(\d)$/;

interface RequestStart {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
}

/**
 * One HTTP/1 connection of a client: reads requests one after the other, asks the handler, writes the replies in order.
 * `head`: waiting for or reading a request. `collect`: reading a small body. `busy`: the handler works, or its reply is being
 * written. `linger`: the last reply is out and the client's remaining bytes are dropped.
 */
export class ServerConnection implements BodySource {
  readonly #home: ConnectionHome;
  readonly #socket: Socket;
  readonly #origin: ConnectionOrigin;
  readonly #ending: ConnectionEnding;
  readonly #deadline: Deadline;
  readonly #heads: HeadReader;
  #phase: "head" | "collect" | "busy" | "linger" | "closed" = "head";
  #input: Buffer = NOTHING;
  #driving = false;
  #timingHead = false;
  #clientEnded = false;
  #start: RequestStart | undefined;
  #decoder: BodyDecoder | undefined;
  #head: MessageHead | undefined;
  #collected: Buffer[] = [];
  #bodyBytes = 0;
  #stream: IncomingBody | undefined;
  #expects = false;
  #exchange: ServerExchange | undefined;
  #lingered = 0;
  #sent = -1;

  constructor(home: ConnectionHome, socket: Socket, origin: ConnectionOrigin, ending: ConnectionEnding) {
    this.#home = home;
    this.#socket = socket;
    this.#origin = origin;
    this.#ending = ending;
    this.#heads = new HeadReader(home.limits.headerBytes);
    this.#deadline = new Deadline(home.time, () => this.#late());
    this.#deadline.set(home.limits.idleTimeout);
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("end", () => this.#ended());
    socket.on("error", () => undefined); // `close` follows, and tells all there is to know
    socket.on("close", () => this.#gone());
  }

  /** Ends the connection at once: the client sees a reset. */
  cut(): void {
    if (this.#idle) this.#ending.closesIdle();
    this.#stream?.freeze();
    this.#exchange?.abandon();
    this.#ending.reset();
  }

  /** Ends the connection if it is idle. */
  closeIdle(): void {
    if (this.#idle) this.#linger();
  }

  get #idle(): boolean {
    return this.#phase === "head" && !this.#heads.begun;
  }

  /** Answers 503 before any request, and closes. */
  turnAway(): void {
    this.#refuse(503, "too many connections");
  }

  /** The handler reads the body. */
  wanted(): void {
    if (this.#phase !== "busy" || this.#decoder?.done !== false) return;
    if (this.#expects) {
      this.#expects = false;
      this.#socket.write(CONTINUE, "latin1");
    }
    this.#deadline.set(this.#home.limits.bodyTimeout);
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** The handler will not read the rest of the body. */
  abandoned(): void {
    this.#deadline.clear();
  }

  #data(chunk: Buffer): void {
    if (this.#phase === "linger") {
      this.#lingered += chunk.length;
      if (this.#lingered > LINGER_BYTES) this.#socket.destroy();
      return;
    }
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    this.#drive();
  }

  /** Reads on as far as there is input and something to do with it. */
  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#input.length > 0 && this.#reads()) {
      const chunk = this.#input;
      this.#input = NOTHING;
      if (this.#phase === "head") this.#readHead(chunk);
      else this.#readBody(chunk);
    }
    this.#driving = false;
    if (this.#input.length > AHEAD_BYTES || (this.#phase === "busy" && this.#stream?.full === true))
      this.#socket.pause();
    else if (this.#socket.isPaused() && this.#phase !== "closed") this.#socket.resume();
    if (this.#clientEnded && this.#phase === "head" && this.#input.length === 0) this.#linger();
  }

  #reads(): boolean {
    if (this.#phase === "head") return !this.#socket.writableNeedDrain;
    return this.#phase === "collect" || (this.#phase === "busy" && this.#decoder?.done === false);
  }

  #readHead(chunk: Buffer): void {
    let progress: HeadProgress = this.#heads.push(chunk);
    if (progress === "start-line") {
      this.#start = parseStart(this.#heads.startLine);
      if (this.#start === undefined) {
        this.#refuse(400, "not a request line of HTTP/1.0 or 1.1");
        return;
      }
      progress = this.#heads.more();
    }
    if (progress === "too-large") this.#refuse(431, "the request line and headers are too long");
    else if (progress === "malformed") this.#refuse(400, this.#heads.problem);
    else if (progress === "complete") {
      const head = this.#heads.take();
      this.#input = this.#heads.rest();
      this.#begin(head);
    } else if (!this.#timingHead && this.#heads.begun) {
      this.#timingHead = true;
      this.#deadline.set(this.#home.limits.readTimeout);
    }
  }

  #begin(head: MessageHead): void {
    const start = this.#start;
    if (start === undefined) return;
    this.#timingHead = false;
    const framing = requestFraming(start.version, head.headers);
    if (framing.kind === "problem") {
      this.#refuse(framing.status, framing.why);
      return;
    }
    if (framing.kind === "length" && framing.length > this.#home.limits.bodyBytes) {
      this.#refuse(413, "the body is too large");
      return;
    }
    this.#head = head;
    this.#decoder = new BodyDecoder(framing);
    this.#bodyBytes = 0;
    this.#collected = [];
    this.#stream = undefined;
    this.#expects =
      start.version === "1.1" &&
      !this.#decoder.done &&
      header(head.headers, "expect")?.toLowerCase() === "100-continue";
    if (this.#decoder.done) this.#ask(EMPTY_BODY);
    else if (this.#expects || (framing.kind === "length" && framing.length > WHOLE_BODY_BYTES)) {
      this.#streamed(framing.kind === "length" ? framing.length : undefined);
    } else {
      this.#phase = "collect";
      this.#deadline.set(this.#home.limits.bodyTimeout);
    }
  }

  #readBody(chunk: Buffer): void {
    const decoder = this.#decoder;
    if (decoder === undefined) return;
    try {
      const rest = decoder.push(chunk, (piece) => this.#takeBody(piece));
      if (this.#decoder === decoder) this.#input = rest;
    } catch (error) {
      if (!(error instanceof ChunkError)) throw error;
      this.#refuse(400, error.message);
      return;
    }
    if (this.#decoder !== decoder) return;
    if (!decoder.done) {
      if (this.#phase === "collect" || this.#stream?.awaited === true)
        this.#deadline.set(this.#home.limits.bodyTimeout);
      else this.#deadline.clear();
      return;
    }
    this.#deadline.clear();
    if (this.#phase === "collect") this.#ask({ kind: "bytes", bytes: joined(this.#collected) });
    else this.#stream?.end();
  }

  #takeBody(piece: Buffer): void {
    if (this.#decoder === undefined) return; // refused by an earlier piece
    this.#bodyBytes += piece.length;
    if (this.#bodyBytes > this.#home.limits.bodyBytes) this.#refuse(413, "the body is too large");
    else if (this.#phase === "busy") this.#stream?.push(piece);
    else if (this.#phase === "collect") {
      this.#collected.push(piece);
      if (this.#bodyBytes > WHOLE_BODY_BYTES) this.#streamed(undefined);
    }
  }

  #streamed(length: number | undefined): void {
    const stream = new IncomingBody(this);
    for (const piece of this.#collected) stream.push(piece);
    this.#collected = [];
    this.#stream = stream;
    this.#ask(streamBody(stream, length));
  }

  #ask(body: Body): void {
    const { start, head } = { start: this.#start, head: this.#head };
    if (start === undefined || head === undefined) return;
    this.#phase = "busy";
    this.#deadline.clear();
    this.#home.exchanged();
    const exchange = new ServerExchange(this.#origin, start, keepsAlive(start.version, head.headers));
    this.#exchange = exchange;
    let answer: HttpAnswer | Promise<HttpAnswer>;
    try {
      answer = this.#home.handler.handle({ ...start, headers: head.headers, body, via: exchange });
    } catch (error) {
      answer = this.#failure(exchange, error);
    }
    if (!(answer instanceof Promise)) this.#answer(exchange, answer);
    else {
      if (this.#clientEnded) this.#deadline.set(HALF_CLOSED_PATIENCE);
      answer.then(
        (given) => this.#answer(exchange, given),
        (error) => this.#answer(exchange, this.#failure(exchange, error)),
      );
    }
  }

  #failure(exchange: ServerExchange, error: unknown): HttpReply {
    const reply = replyToFailure(error);
    if (reply.status === 500 && !exchange.over)
      this.#home.failed(error, `${exchange.method} ${exchange.target} at ${exchange.listener}`);
    return reply;
  }

  #answer(exchange: ServerExchange, answer: HttpAnswer): void {
    if (exchange.over || this.#home.dead) return;
    if (!("outcome" in answer)) this.#write(exchange, answer, undefined);
    else if (answer.outcome === "truncate") this.#write(exchange, answer.reply, answer.after);
    else if (answer.outcome === "hang") {
      exchange.hanging = true;
      if (this.#clientEnded) this.#socket.destroy();
    } else {
      exchange.over = true;
      if (answer.outcome === "reset") this.#ending.reset();
      else this.#linger();
    }
  }

  #write(exchange: ServerExchange, reply: HttpReply, cutAfter: number | undefined): void {
    const { options, closing } = this.#home;
    const about = {
      method: exchange.method,
      version: exchange.version,
      keepAlive: exchange.keepAlive && !closing && this.#decoder?.done === true && cutAfter === undefined,
      date: this.#home.date(),
      verbatim: options.verbatim === true,
      http10: options.http10 ?? "full",
    } as const;
    try {
      const written = writeReply(this.#socket, exchange, reply, about, cutAfter);
      if (written instanceof Promise) {
        this.#deadline.set(this.#home.limits.bodyTimeout);
        void written.then((end) => this.#written(exchange, end));
      } else this.#written(exchange, written);
    } catch (error) {
      this.#written(exchange, { broken: error });
    }
  }

  #written(exchange: ServerExchange, written: Written): void {
    if (exchange.over) return;
    if (typeof written === "object") {
      this.#home.failed(written.broken, `reply to ${exchange.method} ${exchange.target} at ${exchange.listener}`);
      if (!exchange.begun) {
        this.#write(exchange, { status: 500, headers: [], body: EMPTY_BODY }, undefined);
        return;
      }
      exchange.abandon();
      this.#ending.reset();
      return;
    }
    exchange.over = true;
    if (this.#decoder?.done !== true)
      this.#stream?.fail(new NetworkError("closed", "The request was answered before its body was read.", {}));
    if (written === "kept" && this.#decoder?.done === true) this.#next();
    else this.#linger();
  }

  /** Ready for the next request. */
  #next(): void {
    this.#phase = "head";
    this.#exchange = undefined;
    this.#stream = undefined;
    this.#start = undefined;
    this.#head = undefined;
    if (this.#home.closing && !this.#heads.begun) {
      this.#linger();
      return;
    }
    this.#deadline.set(this.#home.limits.idleTimeout);
    if (this.#socket.writableNeedDrain) this.#socket.once("drain", () => this.#drive());
    else this.#drive();
  }

  /** Answers what is no request, or no longer one, and closes. */
  #refuse(status: RefusalStatus, why: string): void {
    this.#home.refusedOne();
    const running = this.#exchange;
    const begun = running?.begun === true && !running.over;
    running?.abandon();
    this.#stream?.fail(
      new NetworkError(
        status === 413 ? "too-large" : status === 408 ? "timeout" : "malformed",
        `The request was refused: ${why}.`,
        { status },
      ),
    );
    if (begun) {
      this.#ending.reset();
      return;
    }
    const reply = this.#home.options.refusal?.(status, why) ?? plainRefusal(status, why);
    const exchange = new ServerExchange(
      this.#origin,
      this.#start ?? { method: "GET", target: "*", version: "1.1" },
      false,
    );
    this.#phase = "busy";
    this.#exchange = exchange;
    this.#decoder = undefined;
    this.#input = NOTHING;
    this.#write(exchange, reply, undefined);
  }

  /** Nothing more will be answered: says good-bye, and drops what the client still sends for a while. */
  #linger(): void {
    if (this.#phase === "linger" || this.#phase === "closed") return;
    if (this.#idle) this.#ending.closesIdle();
    this.#phase = "linger";
    this.#input = NOTHING;
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#socket.end();
    this.#deadline.set(LINGER);
  }

  /** True when the client has taken nothing of what waits to be sent since the last look. */
  #stalled(): boolean {
    const before = this.#sent;
    this.#sent = this.#socket.bytesWritten - this.#socket.writableLength;
    return this.#socket.writableLength > 0 && this.#sent === before;
  }

  #late(): void {
    const replying = this.#phase === "busy" && this.#exchange?.begun === true;
    if (replying || (this.#phase === "linger" && !this.#socket.writableFinished)) {
      if (this.#stalled()) this.#socket.destroy();
      else this.#deadline.set(this.#home.limits.bodyTimeout);
    } else if (this.#phase === "collect") this.#refuse(408, "the body came too slowly");
    else if (this.#phase === "head") {
      if (this.#heads.begun) this.#refuse(408, "the request came too slowly");
      else this.#linger();
    } else if (this.#phase === "busy" && this.#decoder?.done === false && !this.#clientEnded)
      this.#refuse(408, "the body came too slowly");
    else this.#socket.destroy();
  }

  /** The client has closed its writing side; it may still wait for its reply. */
  #ended(): void {
    this.#clientEnded = true;
    if (this.#phase === "head" && this.#input.length === 0) this.#linger();
    else if (this.#phase === "collect" || (this.#phase === "busy" && this.#decoder?.done === false))
      this.#refuse(400, "the body ended early");
    else if (this.#phase === "busy" && this.#exchange?.hanging === true) this.#socket.destroy();
    else if (this.#phase === "busy") this.#deadline.set(HALF_CLOSED_PATIENCE);
  }

  #gone(): void {
    this.#phase = "closed";
    this.#exchange?.abandon();
    this.#stream?.fail(new NetworkError("reset", "The client went away before its request was complete.", {}));
    this.#deadline.dispose();
    this.#home.left(this);
  }
}

function parseStart(line: string): RequestStart | undefined {
  const parts = REQUEST_LINE.exec(line);
  if (parts === null) return undefined;
  const [, method, target, minor] = parts;
  if (method === undefined || target === undefined) return undefined;
  return { method, target, version: minor === "0" ? "1.0" : "1.1" };
}

const plainRefusal = (status: RefusalStatus, why: string): HttpReply => ({
  status,
  headers: [["Content-Type", "text/plain; charset=utf-8"]],
  body: { kind: "text", text: `${usualReason(status)}: ${why}.\n` },
});

function joined(pieces: readonly Buffer[]): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}
