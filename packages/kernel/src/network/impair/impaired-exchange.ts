import type { Due, Ticket } from "../../time/clock.ts";
import { later, milliseconds } from "../../time/units.ts";
import type { Address } from "../address.ts";
import { bodyChunks, bodyLength, isWhole, streamBody } from "../body.ts";
import { EMPTY_BODY, type HttpReply, type HttpRequest } from "../http.ts";
import { GuardedStream } from "../in-process/guarded-stream.ts";
import { DEFAULT_REQUEST_TIMEOUT } from "../limits.ts";
import type { Held, Network, RequestOptions } from "../network.ts";
import { aborted, closed, reset, timedOut } from "../network-errors.ts";
import type { Line } from "./line.ts";
import type { LinkConditions } from "./link-conditions.ts";
import { drawFate, type LinkFate } from "./link-fate.ts";
import { pause } from "./pause.ts";

const FOREVER = milliseconds(Number.POSITIVE_INFINITY);
/** A reply of unknown length is cut somewhere in so many bytes. */
const UNKNOWN_LENGTH_CUT = 64 * 1024;

/** One request of a stand-in over a line that is not perfect. Timeout and abort are kept here, since the line takes its time too. */
export class ImpairedExchange implements Due, Held {
  readonly #line: Line;
  readonly #inner: Network;
  readonly #to: Address;
  readonly #options: RequestOptions;
  readonly #giveUp = new AbortController();
  readonly reply: Promise<HttpReply>;
  #resolve: (reply: HttpReply) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #over = false;
  #ticket: Ticket | undefined;

  constructor(
    line: Line,
    conditions: LinkConditions,
    inner: Network,
    to: Address,
    request: HttpRequest,
    options: RequestOptions,
  ) {
    this.#line = line;
    this.#inner = inner;
    this.#to = to;
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { timeout = DEFAULT_REQUEST_TIMEOUT, signal, holder } = options;
    holder?.hold(this);
    if (timeout !== Number.POSITIVE_INFINITY)
      this.#ticket = line.time.schedule(later(line.time.now(), timeout), this, 0);
    signal?.addEventListener("abort", this);
    if (signal?.aborted === true) this.handleEvent();
    else this.#run(conditions, request).catch((error: unknown) => this.#fail(error));
  }

  /** The timeout. */
  due(): void {
    this.#ticket = undefined;
    this.#fail(timedOut(this.#to, this.#options.timeout ?? DEFAULT_REQUEST_TIMEOUT));
  }

  /** The caller's signal. */
  handleEvent(): void {
    this.#fail(aborted(this.#to, this.#options.signal?.reason));
  }

  /** The caller lost its power; the exchange below is dropped by itself. */
  drop(): void {
    this.#finish();
  }

  async #run(conditions: LinkConditions, request: HttpRequest): Promise<void> {
    const line = this.#line;
    const fate: LinkFate = conditions.partition ? { kind: "lost", side: "request" } : drawFate(conditions, line.chance);
    await pause(line.time, line.passage("up", line.bytesOf("up", request.body)));
    if (this.#over || (fate.kind === "lost" && fate.side === "request")) return;
    if (line.cut) return;
    if (fate.kind === "reset" && fate.side === "request") throw reset(this.#to);
    const reply = fate.kind === "error" ? errorReply(fate.status) : await this.#ask(request);
    if (fate.kind === "lost") return;
    await pause(line.time, line.passage("down", line.bytesOf("down", reply.body)));
    if (this.#over || line.cut) return;
    if (fate.kind === "reset") throw reset(this.#to);
    this.#settle(
      fate.kind === "truncated"
        ? this.#truncated(reply, fate.share)
        : { ...reply, body: line.paced("down", reply.body) },
    );
  }

  #ask(request: HttpRequest): Promise<HttpReply> {
    const body = this.#line.paced("up", request.body);
    return this.#inner.request(
      this.#to,
      { ...request, body },
      { ...this.#options, timeout: FOREVER, signal: this.#giveUp.signal },
    );
  }

  #truncated(reply: HttpReply, share: number): HttpReply {
    const length = bodyLength(reply.body);
    if (length === 0) return reply;
    if (this.#options.reply !== "stream" || isWhole(reply.body)) throw closed(this.#to);
    const paced = this.#line.paced("down", reply.body);
    const cutAfter = Math.floor(share * (length ?? UNKNOWN_LENGTH_CUT));
    const cut = new GuardedStream(bodyChunks(paced), {
      cutAfter,
      cut: () => closed(this.#to),
      done: () => undefined,
      broken: (error) => (error instanceof Error ? error : closed(this.#to)),
    });
    return { ...reply, body: streamBody(cut, length) };
  }

  #settle(reply: HttpReply): void {
    if (this.#over) return;
    this.#finish();
    if (this.#options.holder?.dead !== true) this.#resolve(reply);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#finish();
    this.#giveUp.abort(error);
    if (this.#options.holder?.dead !== true) this.#reject(error);
  }

  #finish(): void {
    this.#over = true;
    if (this.#ticket !== undefined) this.#line.time.cancel(this.#ticket);
    this.#ticket = undefined;
    this.#options.holder?.release(this);
    this.#options.signal?.removeEventListener("abort", this);
  }
}

const errorReply = (status: number): HttpReply => ({ status, headers: [], body: EMPTY_BODY });
