import type { Socket } from "node:net";
import type { Timekeeper } from "../../../time/clock.ts";
import { minutes, seconds } from "../../../time/units.ts";
import { EMPTY_BODY, type HttpAnswer, type HttpHandler, type HttpReply } from "../../http.ts";
import { type ListenerLimits, NetworkError, type RefusalStatus, type ServeOptions } from "../../network.ts";
import { replyToFailure } from "../../network-options.ts";
import { Deadline } from "../deadline.ts";
import { keepsAlive } from "./framing.ts";
import { usualReason } from "./head-text.ts";
import type { BodySource } from "./incoming-body.ts";
import { type Written, writeReply } from "./reply-writer.ts";
import { type ArrivedRequest, RequestReader } from "./request-reader.ts";
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

/** Pipelined input that may wait while a request is being answered. */
const AHEAD_BYTES = 64 * 1024;
/** After a last reply the client may go on sending for so long, or so much, before it is cut off. */
const LINGER = seconds(2);
const LINGER_BYTES = 1 << 20;
/** How long a client that closed its writing side is thought to await its reply. */
const HALF_CLOSED_PATIENCE = minutes(10);
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/**
 * One HTTP/1 connection of a client: reads requests one after the other, asks the handler, writes the replies in order.
 * `reading`: a request is awaited or coming in. `busy`: the handler works, or its reply is being written. `linger`: the last
 * reply is out and the client's remaining bytes are dropped.
 */
export class ServerConnection implements BodySource {
  readonly #home: ConnectionHome;
  readonly #socket: Socket;
  readonly #origin: ConnectionOrigin;
  readonly #ending: ConnectionEnding;
  readonly #deadline: Deadline;
  readonly #reader: RequestReader;
  #phase: "reading" | "busy" | "linger" | "closed" = "reading";
  #driving = false;
  #clientEnded = false;
  /** The client waits for `100 Continue`. */
  #expects = false;
  #exchange: ServerExchange | undefined;
  #lingered = 0;
  #sent = -1;

  constructor(home: ConnectionHome, socket: Socket, origin: ConnectionOrigin, ending: ConnectionEnding) {
    this.#home = home;
    this.#socket = socket;
    this.#origin = origin;
    this.#ending = ending;
    this.#reader = new RequestReader(home.limits, this, home.options.requests);
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
    this.#reader.stream?.freeze();
    this.#exchange?.abandon();
    this.#ending.reset();
  }

  /** Ends the connection if it is idle. */
  closeIdle(): void {
    if (this.#idle) this.#linger();
  }

  /** Answers 503 before any request, and closes. */
  turnAway(): void {
    this.#refuse(503, "too many connections");
  }

  /** The handler reads the body. */
  wanted(): void {
    if (this.#phase !== "busy" || this.#reader.phase !== "stream") return;
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

  get #idle(): boolean {
    return this.#phase === "reading" && this.#reader.idle;
  }

  get #awaitsBody(): boolean {
    const { phase } = this.#reader;
    return (this.#phase === "reading" && phase === "collect") || (this.#phase === "busy" && phase === "stream");
  }

  #data(chunk: Buffer): void {
    if (this.#phase === "linger") {
      this.#lingered += chunk.length;
      if (this.#lingered > LINGER_BYTES) this.#socket.destroy();
      return;
    }
    if (this.#idle) this.#deadline.set(this.#home.limits.readTimeout);
    this.#reader.push(chunk);
    this.#drive();
  }

  /** Reads on as far as there is input, and answers what has come in. */
  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#reads()) {
      const before = this.#reader.phase;
      const reading = this.#reader.step();
      if (reading.kind === "request") this.#ask(reading.request);
      else if (reading.kind === "refuse") this.#refuse(reading.status, reading.why);
      else {
        this.#timeBody(before);
        break;
      }
    }
    this.#driving = false;
    const full = this.#reader.ahead > AHEAD_BYTES || (this.#phase === "busy" && this.#reader.stream?.full === true);
    if (full) this.#socket.pause();
    else if (this.#socket.isPaused() && this.#phase !== "closed") this.#socket.resume();
    if (this.#clientEnded && this.#phase === "reading" && this.#reader.ahead === 0) this.#linger();
  }

  #reads(): boolean {
    if (this.#phase === "reading") return !this.#socket.writableNeedDrain;
    return this.#phase === "busy" && this.#reader.phase === "stream";
  }

  /** A body may take as long as it likes while nobody waits for it; else each piece has its time. */
  #timeBody(before: RequestReader["phase"]): void {
    const { phase, stream } = this.#reader;
    if (phase === "collect" || (phase === "stream" && stream?.awaited === true))
      this.#deadline.set(this.#home.limits.bodyTimeout);
    else if (before === "stream" && this.#exchange?.begun !== true) this.#deadline.clear();
  }

  #ask(request: ArrivedRequest): void {
    const { start, headers, body } = request;
    this.#phase = "busy";
    this.#expects = request.expects;
    this.#deadline.clear();
    this.#home.exchanged();
    const exchange = new ServerExchange(this.#origin, start, keepsAlive(start.version, headers));
    this.#exchange = exchange;
    let answer: HttpAnswer | Promise<HttpAnswer>;
    try {
      answer = this.#home.handler.handle({ ...start, headers, body, via: exchange });
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
      keepAlive: exchange.keepAlive && !closing && this.#reader.phase === "complete" && cutAfter === undefined,
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
    if (this.#reader.phase === "stream")
      this.#reader.stream?.fail(new NetworkError("closed", "The request was answered before its body was read.", {}));
    if (written === "kept" && this.#reader.phase === "complete") this.#next();
    else this.#linger();
  }

  /** Ready for the next request. */
  #next(): void {
    this.#phase = "reading";
    this.#exchange = undefined;
    this.#reader.next();
    if (this.#home.closing && this.#idle) {
      this.#linger();
      return;
    }
    this.#deadline.set(this.#idle ? this.#home.limits.idleTimeout : this.#home.limits.readTimeout);
    if (this.#socket.writableNeedDrain) this.#socket.once("drain", () => this.#drive());
    else this.#drive();
  }

  /** Answers what is no request, or no longer one, and closes. */
  #refuse(status: RefusalStatus, why: string): void {
    this.#home.refusedOne();
    const running = this.#exchange;
    const begun = running?.begun === true && !running.over;
    running?.abandon();
    this.#reader.stream?.fail(
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
      this.#reader.start ?? { method: "GET", target: "*", version: "1.1" },
      false,
    );
    this.#phase = "busy";
    this.#exchange = exchange;
    this.#write(exchange, reply, undefined);
  }

  /** Nothing more will be answered: says good-bye, and drops what the client still sends for a while. */
  #linger(): void {
    if (this.#phase === "linger" || this.#phase === "closed") return;
    if (this.#idle) this.#ending.closesIdle();
    this.#phase = "linger";
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
    } else if (this.#idle) this.#linger();
    else if (this.#awaitsBody) this.#refuse(408, "the body came too slowly");
    else if (this.#phase === "reading") this.#refuse(408, "the request came too slowly");
    else this.#socket.destroy();
  }

  /** The client has closed its writing side; it may still wait for its reply. */
  #ended(): void {
    this.#clientEnded = true;
    if (this.#awaitsBody) this.#refuse(400, "the body ended early");
    else if (this.#phase === "reading" && this.#reader.ahead === 0) this.#linger();
    else if (this.#phase === "busy" && this.#exchange?.hanging === true) this.#socket.destroy();
    else if (this.#phase === "busy") this.#deadline.set(HALF_CLOSED_PATIENCE);
  }

  #gone(): void {
    this.#phase = "closed";
    this.#exchange?.abandon();
    this.#reader.stream?.fail(new NetworkError("reset", "The client went away before its request was complete.", {}));
    this.#deadline.dispose();
    this.#home.left(this);
  }
}

const plainRefusal = (status: RefusalStatus, why: string): HttpReply => ({
  status,
  headers: [["Content-Type", "text/plain; charset=utf-8"]],
  body: { kind: "text", text: `${usualReason(status)}: ${why}.\n` },
});
