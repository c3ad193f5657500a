import findMyWay, { type HTTPMethod } from "find-my-way";
import type { TSchema, TUndefined } from "typebox";
import { messageOf } from "../errors/understudy-error.ts";
import { WireError } from "../errors/wire-error.ts";
import type { Logger } from "../log/logger.ts";
import { type HttpAnswer, type HttpReply, type ReceivedRequest, targetPath } from "../network/http.ts";
import { NetworkError } from "../network/network.ts";
import { type CompiledRoute, compileRoute } from "./compiled-route.ts";
import { describeText } from "./json-text.ts";
import { type OpenApiDocument, type OpenApiTitle, openApiOf } from "./openapi.ts";
import type { Route, RouteTrace, TracingHandler } from "./route.ts";
import { wireProblem } from "./wire-problem.ts";

/** A server's own way to say that something is wrong. Every cloud has its own shapes. */
export interface ErrorReplies {
  notFound(request: ReceivedRequest): HttpReply;
  /** `allowed` in the order of registration. */
  wrongMethod(request: ReceivedRequest, allowed: readonly string[]): HttpReply;
  /** A path, query or body that cannot be read (usually 400; `too-large`: 413). */
  invalid(error: WireError, request: ReceivedRequest): HttpReply;
  /** A handler threw: usually 500. The error is logged already and is not for the client's eyes. */
  failed(error: unknown, request: ReceivedRequest): HttpReply;
}

export interface RouterOptions extends ErrorReplies {
  /** `ignore`: `/devices` and `/devices/` are the same; default `exact`. */
  readonly trailingSlash?: "exact" | "ignore";
  /** Longer path parameters match no route; default 4096 characters. */
  readonly maxParamLength?: number;
  readonly log?: Logger;
}

/** Routes that serve many owners, such as one device's socket API for all devices of a process. */
export interface OwnedRouter<Owner> {
  route<
    const Path extends string,
    Params extends TSchema = TUndefined,
    Query extends TSchema = TUndefined,
    Body extends TSchema = TUndefined,
  >(route: Route<Owner, Path, Params, Query, Body>): void;
  /** Never throws and never rejects. */
  answer(owner: Owner, request: ReceivedRequest, trace?: RouteTrace): HttpAnswer | Promise<HttpAnswer>;
  /** OpenAPI 3.1 of all routes that are not hidden. */
  openapi(title: OpenApiTitle): OpenApiDocument;
}

/** Routes of one server. */
export interface Router extends OwnedRouter<undefined>, TracingHandler {}

/** A router whose routes know whose request it is: `router.answer(device, request)`. */
export function createOwnedRouter<Owner>(options: RouterOptions): OwnedRouter<Owner> {
  return new PathRouter<Owner>(options);
}

/** A router for one server. HEAD is answered by the route for GET; networks leave the body out. */
export function createRouter(options: RouterOptions): Router {
  const routes = new PathRouter<undefined>(options);
  return {
    route: (route) => routes.route(route),
    answer: (owner, request, trace) => routes.answer(owner, request, trace),
    handle: (request, trace) => routes.answer(undefined, request, trace),
    openapi: (title) => routes.openapi(title),
  };
}

const unreachable = (): never => {
  throw new Error("Routes are found, never called by the tree");
};

class PathRouter<Owner> implements OwnedRouter<Owner> {
  readonly #options: RouterOptions;
  readonly #tree: findMyWay.Instance<findMyWay.HTTPVersion.V1>;
  readonly #methods: string[] = [];
  readonly #routes: CompiledRoute<Owner>[] = [];
  #compiled = false;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#tree = findMyWay({
      ignoreTrailingSlash: options.trailingSlash === "ignore",
      maxParamLength: options.maxParamLength ?? 4096,
      querystringParser: (search) => search,
      onBadUrl: unreachable,
    });
  }

  route<
    const Path extends string,
    Params extends TSchema = TUndefined,
    Query extends TSchema = TUndefined,
    Body extends TSchema = TUndefined,
  >(route: Route<Owner, Path, Params, Query, Body>): void {
    const compiled = compileRoute(route);
    for (const method of compiled.methods) {
      this.#tree.on(method as HTTPMethod, route.path, unreachable, compiled); // The tree refuses methods it does not know.
      if (!this.#methods.includes(method)) this.#methods.push(method);
    }
    this.#routes.push(compiled);
  }

  answer(owner: Owner, request: ReceivedRequest, trace?: RouteTrace): HttpAnswer | Promise<HttpAnswer> {
    try {
      const answer = this.#dispatch(owner, request, trace);
      return answer instanceof Promise ? answer.catch((error: unknown) => this.#refuse(error, request)) : answer;
    } catch (error) {
      return this.#refuse(error, request);
    }
  }

  openapi(title: OpenApiTitle): OpenApiDocument {
    return openApiOf(title, this.#routes);
  }

  #dispatch(owner: Owner, request: ReceivedRequest, trace: RouteTrace | undefined): HttpAnswer | Promise<HttpAnswer> {
    const target = targetPath(request.target);
    const found = this.#find(request.method, target);
    if (found === null) return this.#unmatched(owner, request, target, trace);
    const route: CompiledRoute<Owner> | null = found.store;
    if (route === null) throw malformedPath(target);
    if (trace !== undefined) trace.route = route.pattern;
    // The tree's querystringParser, given above, leaves the query as text.
    return route.run(owner, request, target, found.params, found.searchParams as unknown as string);
  }

  #find(method: string, target: string) {
    if (!this.#methods.includes(method)) return null;
    if (!this.#compiled) {
      this.#tree.compile();
      this.#compiled = true;
    }
    return this.#tree.find(method as HTTPMethod, target); // Checked: a registered method.
  }

  #unmatched(
    owner: Owner,
    request: ReceivedRequest,
    target: string,
    trace: RouteTrace | undefined,
  ): HttpAnswer | Promise<HttpAnswer> {
    if (request.method === "HEAD" && this.#find("GET", target) !== null) {
      return this.#dispatch(owner, { ...request, method: "GET" }, trace);
    }
    const allowed = this.#methods.filter((method) => this.#find(method, target) !== null);
    if (allowed.length > 0) return this.#options.wrongMethod(request, allowed);
    return this.#options.notFound(request);
  }

  #refuse(error: unknown, request: ReceivedRequest): HttpReply {
    if (error instanceof WireError) return this.#options.invalid(error, request);
    if (isTooLarge(error)) return this.#options.invalid(bodyTooLarge(error), request);
    this.#options.log?.error(() => `${request.method} ${request.target} failed: ${messageOf(error)}`, { error });
    return this.#options.failed(error, request);
  }
}

const isTooLarge = (error: unknown): error is NetworkError =>
  error instanceof NetworkError && error.code === "too-large";

/** A handler read the body itself, within a limit. */
const bodyTooLarge = (cause: NetworkError): WireError =>
  wireProblem(
    { reason: "too-large", path: "body", found: "a larger one", accepted: "less than the route's limit" },
    { cause },
  );

function malformedPath(target: string): WireError {
  return wireProblem({
    reason: "syntax",
    path: "path",
    found: describeText(target),
    accepted: "a path whose percent escapes are UTF-8",
  });
}
