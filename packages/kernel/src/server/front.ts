import type { Logger } from "../log/logger.ts";
import {
  type HttpAnswer,
  type HttpHandler,
  type HttpReply,
  type ReceivedRequest,
  targetPath,
} from "../network/http.ts";
import type { Instant } from "../time/units.ts";
import { examine, type HealthChecks, healthReply } from "./health.ts";
import { METRICS_CONTENT_TYPE, type Metrics } from "./metrics.ts";
import { RateLimit } from "./rate-limit.ts";
import { jsonReply, textReply } from "./reply.ts";
import type { RouteTrace, TracingHandler } from "./route.ts";

/** What stands before every server of ours. */
export interface FrontOptions {
  /** The server's name in metrics, logs and the health report. */
  readonly server: string;
  readonly now: () => Instant;
  /** Milliseconds that only go up; default `now`. A live server gives a finer one. */
  readonly stopwatch?: () => number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: HealthChecks;
  /** Requests per second and remote address; absent: no limit. Health and metrics are not limited. */
  readonly rateLimit?: number;
  /** In the server's own shape; default JSON. `Retry-After` is added. */
  readonly tooMany?: (request: ReceivedRequest, retryAfterSeconds: number) => HttpReply;
  /** Where health and metrics are: `undefined` leaves the path to the server's own routes. Default `/health`, `/metrics`. */
  readonly paths?: { readonly health: string | undefined; readonly metrics: string | undefined };
}

const DEFAULT_PATHS: NonNullable<FrontOptions["paths"]> = { health: "/health", metrics: "/metrics" };

const defaultTooMany = (_request: ReceivedRequest, retryAfterSeconds: number): HttpReply =>
  jsonReply(
    { error: "too-many-requests", msg: `Too many requests; try again in ${retryAfterSeconds} s.`, code: 429 },
    429,
  );

/**
 * Puts health, metrics, the rate limit, counting and the request log before handlers. One front may stand before several
 * listeners of a server; they share its limit.
 */
export class Front {
  readonly #options: FrontOptions;
  readonly #paths: NonNullable<FrontOptions["paths"]>;
  readonly #limit: RateLimit | undefined;
  readonly #stopwatch: () => number;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#paths = options.paths ?? DEFAULT_PATHS;
    this.#limit = options.rateLimit === undefined ? undefined : new RateLimit(options.rateLimit, options.now);
    this.#stopwatch = options.stopwatch ?? options.now;
  }

  /** The handler with all this before it. A router is asked which route a request took. */
  wrap(handler: HttpHandler | TracingHandler): HttpHandler {
    return { handle: (request) => this.#own(request) ?? this.#pass(handler, request) };
  }

  #own(request: ReceivedRequest): Promise<HttpAnswer> | undefined {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    const path = pathOf(request);
    if (path === this.#paths.health) return this.#health();
    if (path === this.#paths.metrics) return this.#metrics();
    return undefined;
  }

  async #health(): Promise<HttpAnswer> {
    return healthReply(await examine(this.#options.server, this.#options.health));
  }

  async #metrics(): Promise<HttpAnswer> {
    const reply = textReply(await this.#options.metrics.text());
    return { ...reply, headers: [["Content-Type", METRICS_CONTENT_TYPE]] };
  }

  #pass(handler: TracingHandler, request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    const wait = this.#limit?.take(request.via.remote) ?? 0;
    if (wait > 0) return this.#refuse(request, wait);
    const start = this.#stopwatch();
    const trace: RouteTrace = { route: undefined };
    const answer = handler.handle(request, trace);
    if (!(answer instanceof Promise)) return this.#note(request, trace, answer, start);
    return answer.then((settled) => this.#note(request, trace, settled, start));
  }

  #refuse(request: ReceivedRequest, wait: number): HttpAnswer {
    const { metrics, server, tooMany = defaultTooMany } = this.#options;
    metrics.countLimited(server);
    const reply = tooMany(request, wait);
    return { ...reply, headers: [...reply.headers, ["Retry-After", String(wait)]] };
  }

  #note(request: ReceivedRequest, trace: RouteTrace, answer: HttpAnswer, start: number): HttpAnswer {
    const { server, metrics, log } = this.#options;
    const seconds = Math.max(0, this.#stopwatch() - start) / 1000;
    const result = "outcome" in answer ? answer.outcome : answer.status;
    metrics.count({ server, route: trace.route, method: request.method, result, seconds });
    const words = (): string => `${request.method} ${shortened(pathOf(request))} ${result}`;
    const { listener, remote } = request.via;
    log.info(words, { listener, remote, seconds });
    return answer;
  }
}

/** Without the query, which may hold a secret. */
function pathOf(request: ReceivedRequest): string {
  const target = targetPath(request.target);
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** Long parts of a path are cut: signed URLs carry a token there. */
const shortened = (path: string): string => path.replaceAll(/[^/]{65,}/g, (part) => `${part.slice(0, 16)}…`);
