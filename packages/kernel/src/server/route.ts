import type { Static, TSchema, TUndefined } from "typebox";
import type { HttpAnswer, HttpHandler, ReceivedRequest, Via } from "../network/http.ts";
import type { BodyRules } from "./request-body.ts";

/** The parameters that a path pattern names: `/devices/:id/files/*` gives `id` and `*`. All are texts, percent-decoded. */
export type PathParams<Path extends string> = Path extends `${infer Head}/${infer Rest}`
  ? PathParams<Head> & PathParams<Rest>
  : Path extends `:${infer Name}`
    ? { readonly [Key in Name]: string }
    : Path extends "*"
      ? { readonly "*": string }
      : unknown;

/** What a route's handler gets. `params`, `query` and `body` have passed their schemas. */
export interface RouteContext<Owner, Params, Query, Body> {
  /** Whose request it is, where one router serves many (`undefined` for servers with one owner). */
  readonly owner: Owner;
  readonly request: ReceivedRequest;
  readonly via: Via;
  /** The path as it came, without query. */
  readonly path: string;
  /** The query string as it came, without `?`; read it with `parseQuery` where no schema was given. */
  readonly search: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** For people and for OpenAPI. */
export interface RouteDescription {
  readonly summary: string;
  readonly details?: string;
  readonly tag?: string;
  /** By status; `schema` absent means no body, or one that is not JSON. */
  readonly replies?: Readonly<
    Record<string, { readonly text: string; readonly schema?: TSchema; readonly type?: string }>
  >;
  /** Left out of OpenAPI; default false. */
  readonly hidden?: boolean;
}

export type ParamsOf<Path extends string, Params extends TSchema> = [Params] extends [TUndefined]
  ? PathParams<Path>
  : Static<Params>;

/** One route. A handler answers at once where it can; a promise costs a turn. */
export interface Route<
  Owner,
  Path extends string,
  Params extends TSchema = TUndefined,
  Query extends TSchema = TUndefined,
  Body extends TSchema = TUndefined,
> {
  readonly method: string | readonly string[];
  /** `/devices/:id`, `/objects/*`. */
  readonly path: Path;
  /** Object schema; numbers and booleans are read from their texts. Absent: texts. */
  readonly params?: Params;
  /** Object schema; numbers, booleans and arrays are read from their texts. Absent: `query` is `undefined`. */
  readonly query?: Query;
  /** Absent: `body` is `undefined`, and `request.body` is the handler's own matter. */
  readonly body?: Body;
  readonly bodyRules?: Partial<BodyRules>;
  readonly describe?: RouteDescription;
  handle(
    context: RouteContext<Owner, ParamsOf<Path, Params>, Static<Query>, Static<Body>>,
  ): HttpAnswer | Promise<HttpAnswer>;
}

/** Where a router notes which route a request took, for metrics and logs. */
export interface RouteTrace {
  /** The path pattern; `undefined` when no route matched. */
  route: string | undefined;
}

/** A handler that can say which route a request took. */
export interface TracingHandler extends HttpHandler {
  handle(request: ReceivedRequest, trace?: RouteTrace): HttpAnswer | Promise<HttpAnswer>;
}
