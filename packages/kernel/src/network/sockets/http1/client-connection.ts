import type { Timekeeper } from "../../../time/clock.ts";
import { type Instant, later, seconds } from "../../../time/units.ts";
import type { Address } from "../../address.ts";
import { bodyChunks, isWhole, wholeBytes } from "../../body.ts";
import type { Body, Headers, HttpRequest } from "../../http.ts";
import { NetworkError } from "../../network.ts";
import { closed, reset } from "../../network-errors.ts";
import { Deadline } from "../deadline.ts";
import { CLOSED_IDLE, type Foretold, type LinkDirectory } from "../link-directory.ts";
import { networkErrorOf } from "../socket-errors.ts";
import { resetLink, type SocketLink } from "../socket-link.ts";
import { BodyDecoder } from "./body-decoder.ts";
import { keepsAlive, replyFraming } from "./framing.ts";
import { type HeadProgress, HeadReader, type MessageHead } from "./head-reader.ts";
import { drained, writePiece } from "./reply-writer.ts";
import type { RequestPlan } from "./request-plan.ts";

/** Whether the server can have seen a request that failed. `unlikely`: not a byte came back over a connection that had been idle. */
export type RequestSeen = "no" | "unlikely" | "likely";

/** Who waits for the reply. */
export interface ReplyTaker {
  readonly request: HttpRequest;
  /** Called once, with the reply's head. */
  head(status: number, reason: string, headers: Headers, length: number | undefined): void;
  /** Part of the body. False: pause until `resume()`. */
  piece(bytes: Uint8Array): boolean;
  end(): void;
  /** There will be no (more) reply. */
  failed(error: Error, seen: RequestSeen): void;
}

/** What a connection needs of its network. */
export interface ConnectionHome {
  readonly time: Timekeeper;
  readonly directory: LinkDirectory;
}

/** Whom a connection tells that it is free, or gone. */
export interface ConnectionPlace {
  free(connection: ClientConnection): void;
  gone(connection: ClientConnection): void;
}

const REPLY_HEADER_BYTES = 256 * 1024;
/** A body that waits for `100 Continue` is sent all the same after so long. */
const CONTINUE_PATIENCE = seconds(1);
/** A server that closes a connection right after it took a request means it; one that was idle for so long may just have missed it. */
const STALE_AFTER = seconds(1);
const STATUS_LINE = /^HTTP\/1\.(\d) (\d{3})(?: (.*))?$/;

/** One HTTP/1 connection to a server: carries one exchange at a time. */
export class ClientConnection implements Foretold {
  readonly #home: ConnectionHome;
  readonly #to: Address;
  readonly #link: SocketLink;
  readonly #place: ConnectionPlace;
  #taker: ReplyTaker | undefined;
  #plan: RequestPlan | undefined;
  #heads = new HeadReader(REPLY_HEADER_BYTES);
  #decoder: BodyDecoder | undefined;
  #touched = false;
  #freeSince: Instant | undefined;
  #wasIdle = false;
  #closedIdle = false;
  #uploaded = true;
  #reusable = false;
  #continued: (() => void) | undefined;
  #problem: unknown;

  constructor(home: ConnectionHome, to: Address, link: SocketLink, place: ConnectionPlace) {
    this.#home = home;
    home.directory.enter(link, this);
    this.#to = to;
    this.#link = link;
    this.#place = place;
    const { socket } = link;
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("end", () => this.#lost());
    socket.on("error", (error) => {
      this.#problem ??= error;
    });
    socket.on("close", () => this.#lost());
  }

  /** True when it may carry the next exchange. */
  get usable(): boolean {
    const { socket } = this.#link;
    return (
      this.#taker === undefined && !this.#closedIdle && !socket.destroyed && !socket.readableEnded && socket.writable
    );
  }

  /** The server is in this process, and closes the connection. */
  foretold(reason: string): void {
    if (reason === CLOSED_IDLE) this.#closedIdle = true;
  }

  /** Sends the request; the reply goes to `taker`. */
  run(taker: ReplyTaker, plan: RequestPlan): void {
    this.#taker = taker;
    this.#plan = plan;
    this.#touched = false;
    this.#wasIdle = this.#freeSince !== undefined && later(this.#freeSince, STALE_AFTER) <= this.#home.time.now();
    this.#decoder = undefined;
    this.#uploaded = plan.body === "none";
    const { socket } = this.#link;
    const { body } = taker.request;
    if (plan.body === "none") socket.write(plan.head, "latin1");
    else if (isWhole(body) && !plan.expects) {
      socket.cork();
      socket.write(plan.head, "latin1");
      socket.write(wholeBytes(body));
      socket.uncork();
      this.#uploaded = true;
    } else {
      socket.write(plan.head, "latin1");
      this.#upload(taker, plan, body).catch((cause: unknown) => {
        if (this.#taker !== taker) return;
        this.#finish()?.failed(
          new NetworkError("aborted", "The request's body could not be read to its end.", {}, { cause }),
          "likely",
        );
        this.cut();
      });
    }
  }

  /** The taker wants more. */
  resume(): void {
    if (this.#link.socket.isPaused()) this.#link.socket.resume();
  }

  /** Ends the connection at once; nobody is told. */
  cut(): void {
    this.#taker = undefined;
    this.#continued?.();
    resetLink(this.#link);
  }

  /** Ends the connection at once; an exchange under way fails with `reason`. */
  fail(reason: Error): void {
    const taker = this.#finish();
    this.cut();
    taker?.failed(reason, "likely");
  }

  /** Ends the connection in good order. */
  close(): void {
    this.#taker = undefined;
    this.#link.socket.end();
    this.#link.socket.destroySoon();
  }

  async #upload(taker: ReplyTaker, plan: RequestPlan, body: Body): Promise<void> {
    if (plan.expects) {
      const patience = new Deadline(this.#home.time, () => this.#continued?.());
      patience.set(CONTINUE_PATIENCE);
      await new Promise<void>((resolve) => {
        this.#continued = resolve;
      });
      this.#continued = undefined;
      patience.dispose();
    }
    const { socket } = this.#link;
    const chunked = plan.body === "chunked";
    let left = plan.length ?? Number.POSITIVE_INFINITY;
    if (this.#taker === taker) {
      for await (const chunk of bodyChunks(body)) {
        if (this.#taker !== taker) return;
        const piece = chunk.byteLength > left ? chunk.subarray(0, left) : chunk;
        left -= piece.byteLength;
        if (piece.byteLength > 0 && !writePiece(socket, piece, chunked)) await drained(socket);
        if (left === 0) break;
      }
    }
    if (this.#taker !== taker) return;
    if (left > 0 && !chunked) throw new Error(`the body is ${left} bytes shorter than announced`);
    if (chunked) socket.write("0\r\n\r\n", "latin1");
    this.#uploaded = true;
  }

  #data(chunk: Buffer): void {
    const taker = this.#taker;
    if (taker === undefined) {
      resetLink(this.#link); // bytes that nobody asked for
      return;
    }
    this.#touched = true;
    try {
      if (this.#decoder === undefined) this.#readHead(taker, chunk);
      else this.#readBody(taker, this.#decoder, chunk);
    } catch (cause) {
      this.#malformed(cause);
    }
  }

  #readHead(taker: ReplyTaker, chunk: Buffer): void {
    let progress: HeadProgress = this.#heads.push(chunk);
    for (;;) {
      if (progress === "start-line") progress = this.#heads.more();
      if (progress === "too-large" || progress === "malformed") {
        this.#malformed(
          new Error(progress === "malformed" ? this.#heads.problem : "the reply's headers are too large"),
        );
        return;
      }
      if (progress !== "complete") return;
      const head = this.#heads.take();
      const parts = STATUS_LINE.exec(head.startLine);
      const status = Number(parts?.[2]);
      if (parts === null || status === 101) {
        this.#malformed(new Error("the status line is not one of HTTP/1"));
        return;
      }
      if (status >= 200) {
        this.#begin(taker, head, { minor: parts[1] ?? "1", status, reason: parts[3] ?? "" });
        return;
      }
      if (status === 100) this.#continued?.();
      progress = this.#heads.more();
    }
  }

  #begin(
    taker: ReplyTaker,
    head: MessageHead,
    start: { readonly minor: string; readonly status: number; readonly reason: string },
  ): void {
    const framing = replyFraming(taker.request.method, start.status, head.headers);
    if (framing.kind === "problem") {
      this.#malformed(new Error(framing.why));
      return;
    }
    const decoder = new BodyDecoder(framing);
    this.#decoder = decoder;
    this.#reusable =
      this.#plan?.keepAlive === true &&
      framing.kind !== "until-close" &&
      keepsAlive(start.minor === "0" ? "1.0" : "1.1", head.headers);
    taker.head(
      start.status,
      start.reason,
      head.headers,
      framing.kind === "length" ? framing.length : framing.kind === "none" ? 0 : undefined,
    );
    if (this.#taker !== taker) return;
    const rest = this.#heads.rest();
    if (decoder.done) this.#done(taker, rest);
    else if (rest.length > 0) this.#readBody(taker, decoder, rest);
  }

  #readBody(taker: ReplyTaker, decoder: BodyDecoder, chunk: Buffer): void {
    const rest = decoder.push(chunk, (piece) => {
      if (this.#taker === taker && !taker.piece(piece)) this.#link.socket.pause();
    });
    if (this.#taker === taker && decoder.done) this.#done(taker, rest);
  }

  #done(taker: ReplyTaker, rest: Buffer): void {
    const keep = this.#reusable && this.#uploaded && rest.length === 0 && !this.#link.socket.destroyed;
    this.#finish();
    if (keep) {
      this.resume();
      this.#freeSince = this.#home.time.now();
      this.#place.free(this);
    } else this.close();
    taker.end();
  }

  #malformed(cause: unknown): void {
    const taker = this.#finish();
    this.cut();
    taker?.failed(new NetworkError("malformed", "The reply is not one of HTTP/1.", {}, { cause }), "likely");
  }

  /** The other end is gone, or has closed its side. */
  #lost(): void {
    const taker = this.#taker;
    if (taker !== undefined) {
      const complete = this.#problem === undefined && this.#decoder?.endOfStream() === true;
      const seen = this.#touched ? "likely" : this.#closedIdle ? "no" : this.#wasIdle ? "unlikely" : "likely";
      this.#finish();
      if (complete) taker.end();
      else taker.failed(this.#loss(), seen);
    }
    this.#home.directory.leave(this.#link);
    this.#link.socket.destroy();
    this.#place.gone(this);
  }

  #loss(): NetworkError {
    if (this.#problem === undefined) return closed(this.#to);
    const error = networkErrorOf(this.#to, this.#problem);
    return error.code === "closed" ? reset(this.#to, this.#problem) : error;
  }

  #finish(): ReplyTaker | undefined {
    const taker = this.#taker;
    this.#taker = undefined;
    this.#plan = undefined;
    this.#decoder = undefined;
    this.#continued?.();
    return taker;
  }
}
