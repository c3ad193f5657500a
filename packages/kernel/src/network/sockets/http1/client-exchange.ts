import type { Due, Ticket, Timekeeper } from "../../../time/clock.ts";
import { later } from "../../../time/units.ts";
import type { Address } from "../../address.ts";
import { streamBody } from "../../body.ts";
import { EMPTY_BODY, type Headers, type HttpReply, type HttpRequest } from "../../http.ts";
import { DEFAULT_REPLY_LIMIT, DEFAULT_REQUEST_TIMEOUT } from "../../limits.ts";
import type { Held, RequestOptions } from "../../network.ts";
import { aborted, timedOut, tooLarge } from "../../network-errors.ts";
import type { ClientConnection, ReplyTaker, RequestSeen } from "./client-connection.ts";
import { usualReason } from "./head-text.ts";
import { type BodySource, IncomingBody } from "./incoming-body.ts";
import type { RequestPlan } from "./request-plan.ts";

/** One request over sockets, from the wait for a connection to the last byte of the reply. */
export class ClientExchange implements ReplyTaker, BodySource, Due, Held {
  readonly to: Address;
  readonly request: HttpRequest;
  readonly plan: RequestPlan;
  readonly #time: Timekeeper;
  readonly #options: RequestOptions;
  readonly #retry: (exchange: ClientExchange) => void;
  readonly reply: Promise<HttpReply>;
  #resolve: (reply: HttpReply) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #state: "waiting" | "streaming" | "over" = "waiting";
  #ticket: Ticket | undefined;
  #connection: ClientConnection | undefined;
  #head: Omit<HttpReply, "body"> | undefined;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #stream: IncomingBody | undefined;
  #retried = false;

  constructor(
    time: Timekeeper,
    to: Address,
    request: HttpRequest,
    plan: RequestPlan,
    options: RequestOptions,
    retry: (exchange: ClientExchange) => void,
  ) {
    this.#time = time;
    this.to = to;
    this.request = request;
    this.plan = plan;
    this.#options = options;
    this.#retry = retry;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { timeout = DEFAULT_REQUEST_TIMEOUT, signal, holder } = options;
    holder?.hold(this);
    signal?.addEventListener("abort", this);
    if (timeout !== Number.POSITIVE_INFINITY) this.#ticket = time.schedule(later(time.now(), timeout), this, 0);
  }

  /** True when nobody waits for the reply any more. */
  get over(): boolean {
    return this.#state === "over";
  }

  /** Sends it. */
  send(connection: ClientConnection): void {
    this.#connection = connection;
    connection.run(this, this.plan);
  }

  head(status: number, reason: string, headers: Headers, length: number | undefined): void {
    this.#head = { status, headers, ...(reason === usualReason(status) || reason === "" ? {} : { reason }) };
    if (this.#options.reply === "stream" && length !== 0) {
      this.#stream = new IncomingBody(this);
      this.#disarm();
      this.#state = "streaming";
      this.#resolve({ ...this.#head, body: streamBody(this.#stream, length) });
    } else if (length !== undefined && length > this.#limit) this.#leave(tooLarge("The reply", this.#limit));
  }

  piece(bytes: Uint8Array): boolean {
    if (this.#stream !== undefined) {
      this.#stream.push(bytes);
      return !this.#stream.full;
    }
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#limit) this.#leave(tooLarge("The reply", this.#limit));
    else this.#pieces.push(bytes);
    return true;
  }

  end(): void {
    if (this.#state === "over" || this.#head === undefined) return;
    const [first] = this.#pieces;
    const bytes = first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#bytes);
    this.#finish();
    if (this.#stream !== undefined) this.#stream.end();
    else this.#resolve({ ...this.#head, body: bytes.byteLength === 0 ? EMPTY_BODY : { kind: "bytes", bytes } });
  }

  failed(error: Error, seen: RequestSeen): void {
    if (this.#state === "over") return;
    this.#connection = undefined;
    const again = seen === "no" || (seen === "unlikely" && isIdempotent(this.request.method));
    if (!again || this.#retried || this.request.body.kind === "stream") this.fail(error);
    else {
      this.#retried = true;
      this.#retry(this);
    }
  }

  /** There is no reply, or no more of it. */
  fail(error: Error): void {
    if (this.#state === "over") return;
    this.#finish();
    this.#reject(error);
    this.#stream?.fail(error);
  }

  wanted(): void {
    this.#connection?.resume();
  }

  abandoned(): void {
    this.#finish();
    this.#connection?.cut();
  }

  /** The timeout. */
  due(): void {
    this.#ticket = undefined;
    this.#leave(timedOut(this.to, this.#options.timeout ?? DEFAULT_REQUEST_TIMEOUT));
  }

  /** The caller's signal. */
  handleEvent(): void {
    this.#leave(aborted(this.to, this.#options.signal?.reason));
  }

  /** The caller lost its power: it never hears of the reply. */
  drop(): void {
    if (this.#state === "over") return;
    this.#finish();
    this.#stream?.freeze();
    this.#connection?.cut();
  }

  get #limit(): number {
    return this.#options.maxReplyBytes ?? DEFAULT_REPLY_LIMIT;
  }

  #leave(error: Error): void {
    const connection = this.#connection;
    this.fail(error);
    connection?.cut();
  }

  #finish(): void {
    this.#state = "over";
    this.#disarm();
    this.#options.holder?.release(this);
    this.#options.signal?.removeEventListener("abort", this);
  }

  #disarm(): void {
    if (this.#ticket !== undefined) this.#time.cancel(this.#ticket);
    this.#ticket = undefined;
  }
}

const isIdempotent = (method: string): boolean => method !== "POST" && method !== "PATCH" && method !== "CONNECT";
