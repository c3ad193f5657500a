import type { Static, TSchema } from "typebox";
import type { HttpAnswer, ReceivedRequest } from "../network/http.ts";
import { parameterReader, parseQuery, type QueryValues } from "./query.ts";
import { type BodyRules, DEFAULT_BODY_RULES, jsonOf } from "./request-body.ts";
import type { ParamsOf, Route, RouteDescription } from "./route.ts";
import { compileShape } from "./shape.ts";

/** A route whose schemas are compiled. */
export interface CompiledRoute<Owner> {
  readonly methods: readonly string[];
  readonly pattern: string;
  readonly schemas: { readonly params?: TSchema; readonly query?: TSchema; readonly body?: TSchema };
  readonly describe: RouteDescription | undefined;
  /** Throws or rejects with `WireError` where the request does not fit, and with whatever the handler throws. */
  run(
    owner: Owner,
    request: ReceivedRequest,
    target: string,
    params: QueryValues | { readonly [name: string]: string | undefined },
    search: string,
  ): HttpAnswer | Promise<HttpAnswer>;
}

/** Compiles the schemas of a route, once. */
export function compileRoute<
  Owner,
  Path extends string,
  Params extends TSchema,
  Query extends TSchema,
  Body extends TSchema,
>(route: Route<Owner, Path, Params, Query, Body>): CompiledRoute<Owner> {
  type Parameters = ParamsOf<Path, Params>;
  const readParams = route.params && parameters(route.params, "path");
  const readQuery = route.query && parameters(route.query, "query");
  const bodyShape = route.body && compileShape(route.body);
  const rules: BodyRules = { ...DEFAULT_BODY_RULES, ...route.bodyRules };

  return {
    methods: typeof route.method === "string" ? [route.method] : route.method,
    pattern: route.path,
    schemas: {
      ...(route.params && { params: route.params }),
      ...(route.query && { query: route.query }),
      ...(route.body && { body: route.body }),
    },
    describe: route.describe,
    run(owner, request, target, found, search) {
      const query = target.indexOf("?");
      const path = query < 0 ? target : target.slice(0, query);
      // Without a schema the tree's own record stands: it has exactly the names of the pattern.
      const params = (readParams === undefined ? found : readParams(found as QueryValues)) as Parameters;
      // Without a schema the type parameter is TUndefined.
      const values = (readQuery === undefined ? undefined : readQuery(parseQuery(search))) as Static<Query>;
      const handle = (body: Static<Body>): HttpAnswer | Promise<HttpAnswer> =>
        route.handle({ owner, request, via: request.via, path, search, params, query: values, body });
      if (bodyShape === undefined) return handle(undefined as Static<Body>); // TUndefined again.
      const body = jsonOf(request.body, rules);
      return body instanceof Promise
        ? body.then((value) => handle(bodyShape.parse(value, "body")))
        : handle(bodyShape.parse(body, "body"));
    },
  };
}

function parameters<Schema extends TSchema>(schema: Schema, where: string): (values: QueryValues) => Static<Schema> {
  const shape = compileShape(schema);
  const read = parameterReader(schema);
  return (values) => shape.parse(read(values), where);
}
