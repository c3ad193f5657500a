import type { Due, Ticket } from "../../time/clock.ts";
import { later } from "../../time/units.ts";
import { bodyChunks, bodyLength, exceeds, isWhole, readBytes, streamBody } from "../body.ts";
import {
  EMPTY_BODY,
  type HttpAnswer,
  type HttpReply,
  type HttpRequest,
  header,
  type ReceivedRequest,
  type Via,
} from "../http.ts";
import { DEFAULT_REPLY_LIMIT, DEFAULT_REQUEST_TIMEOUT } from "../limits.ts";
import type { Held, NetworkError, RequestOptions } from "../network.ts";
import { aborted, closed, reset, timedOut, tooLarge } from "../network-errors.ts";
import { replyToFailure } from "../network-options.ts";
import { GuardedStream } from "./guarded-stream.ts";
import type { HttpListener } from "./http-listener.ts";

/**
 * One request and its answer. It is also the handler's `via`. When the handler answers at once with a body that is whole,
 * nothing is registered anywhere; only who has to wait gets a timer and can be cut off.
 */
export class Exchange implements Via, Due, Held {
  readonly #listener: HttpListener;
  readonly #options: RequestOptions;
  #state: "fresh" | "waiting" | "streaming" | "over" = "fresh";
  #clientGone = false;
  #controller: AbortController | undefined;
  #resolve: ((reply: HttpReply) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  #ticket: Ticket | undefined;
  #upload: GuardedStream | undefined;
  #download: GuardedStream | undefined;

  constructor(listener: HttpListener, options: RequestOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  get listener(): string {
    return this.#listener.name;
  }

  get secure(): boolean {
    return this.#listener.options.tls !== undefined;
  }

  get port(): number {
    return this.#listener.port;
  }

  get remote(): string {
    return this.#listener.address.kind === "unix" ? "unix" : "127.0.0.1";
  }

  get clientCertificate(): string | undefined {
    const tls = this.#listener.options.tls;
    return tls?.requestClient === true || tls?.requireClient === true ? this.#options.tls?.certificate : undefined;
  }

  get caller(): string | undefined {
    return this.#options.holder?.caller;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#clientGone) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  run(request: HttpRequest): Promise<HttpReply> {
    const answer = this.#listener.refuses(request) ?? this.#ask(request);
    if (this.#listener.dead) return Promise.reject(reset(this.#listener.address));
    if (!(answer instanceof Promise) && !("outcome" in answer)) {
      const reply = bodiless(request, answer) ? withoutBody(answer) : answer;
      if (isWhole(reply.body)) {
        if (this.#options.holder?.dead === true) return new Promise(() => undefined);
        return this.#tooLarge(reply) ? Promise.reject(this.#tooLargeError()) : Promise.resolve(reply);
      }
    }
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#wait();
      if (answer instanceof Promise) {
        answer.then(
          (given) => this.#answered(request, given),
          (error) => this.#answered(request, this.#failure(request, error)),
        );
      } else this.#answered(request, answer);
    });
  }

  /** The timeout. */
  due(): void {
    this.#ticket = undefined;
    this.#leave(timedOut(this.#listener.address, this.#options.timeout ?? DEFAULT_REQUEST_TIMEOUT));
  }

  /** The caller's signal. */
  handleEvent(): void {
    this.#leave(aborted(this.#listener.address, this.#options.signal?.reason));
  }

  /** The caller lost its power. */
  drop(): void {
    if (this.#state === "over") return;
    this.#download?.freeze();
    this.#end();
    this.#goAway();
  }

  /** The listener was closed, or lost its power. */
  cut(): void {
    this.#upload?.freeze();
    this.#fail(reset(this.#listener.address));
  }

  #ask(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
    const { method, target, version } = request;
    const given = request.headers;
    const headers = header(given, "host") === undefined ? [this.#listener.host, ...given] : given;
    const received: ReceivedRequest = { method, target, version, headers, body: this.#bodyOf(request), via: this };
    try {
      return this.#listener.handler.handle(received);
    } catch (error) {
      return this.#failure(request, error);
    }
  }

  #bodyOf(request: HttpRequest): HttpRequest["body"] {
    if (request.body.kind !== "stream") return request.body;
    const { chunks, length } = request.body;
    this.#upload = new GuardedStream(chunks, {
      length,
      limit: this.#listener.limits.bodyBytes,
      done: () => undefined,
      broken: (cause) => {
        queueMicrotask(() => this.#leave(aborted(this.#listener.address, cause)));
        return reset(this.#listener.address, cause);
      },
    });
    return streamBody(this.#upload, length);
  }

  #failure(request: HttpRequest, error: unknown): HttpReply {
    const reply = replyToFailure(error);
    if (reply.status === 500)
      this.#listener.home.failed(error, `${request.method} ${request.target} at ${this.#listener.name}`);
    return reply;
  }

  #wait(): void {
    this.#state = "waiting";
    const { timeout = DEFAULT_REQUEST_TIMEOUT, signal, holder } = this.#options;
    const time = this.#listener.home.time;
    this.#listener.entered(this);
    holder?.hold(this);
    signal?.addEventListener("abort", this);
    if (timeout !== Number.POSITIVE_INFINITY) this.#ticket = time.schedule(later(time.now(), timeout), this, 0);
  }

  #answered(request: HttpRequest, answer: HttpAnswer): void {
    if (this.#state !== "waiting" || this.#listener.dead) return;
    if (!("outcome" in answer)) {
      this.#deliver(bodiless(request, answer) ? withoutBody(answer) : answer, undefined);
      return;
    }
    switch (answer.outcome) {
      case "close":
        this.#fail(closed(this.#listener.address));
        return;
      case "reset":
        this.#fail(reset(this.#listener.address));
        return;
      case "hang":
        return;
      case "truncate":
        this.#deliver(answer.reply, answer.after);
        return;
    }
  }

  #deliver(reply: HttpReply, cutAfter: number | undefined): void {
    if (cutAfter === undefined && isWhole(reply.body)) {
      if (this.#tooLarge(reply)) this.#leave(this.#tooLargeError());
      else this.#settle(reply);
      return;
    }
    const length = bodyLength(reply.body);
    const cut = cutAfter !== undefined && (length === undefined || cutAfter < length) ? cutAfter : undefined;
    if (cut === undefined && isWhole(reply.body)) {
      if (this.#tooLarge(reply)) this.#leave(this.#tooLargeError());
      else this.#settle(reply);
    } else if (this.#options.reply === "stream") this.#stream(reply, length, cut);
    else if (cut !== undefined) this.#fail(closed(this.#listener.address));
    else if (this.#tooLarge(reply)) this.#leave(this.#tooLargeError());
    else this.#collect(reply, length);
  }

  #collect(reply: HttpReply, length: number | undefined): void {
    const body = streamBody(this.#guarded(reply, length, undefined), length);
    readBytes(body, this.#options.maxReplyBytes ?? DEFAULT_REPLY_LIMIT).then(
      (bytes) => this.#settle({ ...reply, body: { kind: "bytes", bytes } }),
      (error: Error) => this.#leave(error),
    );
  }

  #stream(reply: HttpReply, length: number | undefined, cut: number | undefined): void {
    if (cut === undefined && reply.body.kind === "blob") {
      this.#settle(reply);
      return;
    }
    const resolve = this.#resolve;
    const body = streamBody(this.#guarded(reply, length, cut), length);
    this.#disarm();
    this.#state = "streaming";
    resolve?.({ ...reply, body });
  }

  #guarded(reply: HttpReply, length: number | undefined, cutAfter: number | undefined): GuardedStream {
    const at = this.#listener.address;
    this.#download = new GuardedStream(bodyChunks(reply.body), {
      length,
      cutAfter,
      cut: () => closed(at),
      done: (complete) => {
        if (this.#state !== "streaming") return;
        this.#end();
        if (!complete) this.#goAway();
      },
      broken: (cause) => {
        this.#listener.home.failed(
          cause ?? new Error("the stream ended before its announced length"),
          `body of a reply at ${this.#listener.name}`,
        );
        return reset(at, cause);
      },
    });
    return this.#download;
  }

  #settle(reply: HttpReply): void {
    if (this.#state !== "waiting") return;
    this.#end();
    this.#resolve?.(reply);
  }

  /** The client gives up: the handler's signal is aborted. */
  #leave(error: Error): void {
    if (this.#state === "over") return;
    this.#fail(error);
    this.#goAway();
  }

  #fail(error: Error): void {
    if (this.#state !== "waiting" && this.#state !== "streaming") return;
    this.#end();
    if (this.#options.holder?.dead === true) {
      this.#download?.freeze();
      return;
    }
    this.#reject?.(error);
    this.#download?.fail(error);
  }

  #goAway(): void {
    this.#clientGone = true;
    this.#upload?.fail(reset(this.#listener.address));
    this.#controller?.abort();
  }

  #end(): void {
    this.#state = "over";
    this.#disarm();
    this.#listener.left(this);
    this.#options.holder?.release(this);
    this.#options.signal?.removeEventListener("abort", this);
  }

  #disarm(): void {
    if (this.#ticket !== undefined) this.#listener.home.time.cancel(this.#ticket);
    this.#ticket = undefined;
  }

  #tooLarge(reply: HttpReply): boolean {
    return this.#options.reply !== "stream" && exceeds(reply.body, this.#options.maxReplyBytes ?? DEFAULT_REPLY_LIMIT);
  }

  #tooLargeError(): NetworkError {
    return tooLarge("The reply", this.#options.maxReplyBytes ?? DEFAULT_REPLY_LIMIT);
  }
}

const bodiless = (request: HttpRequest, reply: HttpReply): boolean =>
  request.method === "HEAD" || reply.status === 204 || reply.status === 304;

const withoutBody = (reply: HttpReply): HttpReply =>
  reply.body.kind === "empty" ? reply : { ...reply, body: EMPTY_BODY };
