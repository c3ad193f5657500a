import type { TSchema } from "typebox";
import type { CompiledRoute } from "./compiled-route.ts";

export interface OpenApiTitle {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

/** An OpenAPI 3.1 document as plain data. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: OpenApiTitle;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}

interface OpenApiOperation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: { readonly "application/json": { readonly schema: TSchema } };
  };
  readonly responses: Readonly<Record<string, OpenApiReply>>;
}

interface OpenApiParameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: unknown;
  readonly description?: string;
}

interface OpenApiReply {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema?: TSchema }>>;
}

/** Describes routes. TypeBox schemas are JSON schemas, which OpenAPI 3.1 takes as they are. */
export function openApiOf(
  info: OpenApiTitle,
  routes: readonly Pick<CompiledRoute<never>, "methods" | "pattern" | "schemas" | "describe">[],
): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routes) {
    if (route.describe?.hidden === true) continue;
    const path = templateOf(route.pattern);
    const operations = paths[path] ?? {};
    paths[path] = operations;
    for (const method of route.methods) operations[method.toLowerCase()] = operationOf(route);
  }
  return { openapi: "3.1.0", info, paths };
}

/** `/devices/:id/*` as `/devices/{id}/{wildcard}`. */
const templateOf = (pattern: string): string => pattern.replace(/:(\w+)/g, "{$1}").replace("*", "{wildcard}");

function operationOf({
  pattern,
  schemas,
  describe,
}: Pick<CompiledRoute<never>, "pattern" | "schemas" | "describe">): OpenApiOperation {
  const parameters = [...pathParameters(pattern, schemas.params), ...queryParameters(schemas.query)];
  return {
    ...(describe && { summary: describe.summary }),
    ...(describe?.details !== undefined && { description: describe.details }),
    ...(describe?.tag !== undefined && { tags: [describe.tag] }),
    ...(parameters.length > 0 && { parameters }),
    ...(schemas.body && {
      requestBody: { required: true as const, content: { "application/json": { schema: schemas.body } } },
    }),
    responses: repliesOf(describe),
  };
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

function pathParameters(pattern: string, schema: TSchema | undefined): readonly OpenApiParameter[] {
  const { properties = {} } = (schema ?? {}) as ObjectSchema; // Route schemas for parameters are object schemas.
  const names = [...templateOf(pattern).matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return names.map((name) => ({ name, in: "path", required: true, schema: properties[name] ?? { type: "string" } }));
}

function queryParameters(schema: TSchema | undefined): readonly OpenApiParameter[] {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema; // As above.
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema: property,
    ...(property.description !== undefined && { description: property.description }),
  }));
}

function repliesOf(describe: CompiledRoute<never>["describe"]): Readonly<Record<string, OpenApiReply>> {
  const replies: Record<string, OpenApiReply> = {};
  for (const [status, reply] of Object.entries(describe?.replies ?? { 200: { text: "Done" } })) {
    const content = reply.schema ?? reply.type;
    replies[status] = {
      description: reply.text,
      ...(content !== undefined && {
        content: { [reply.type ?? "application/json"]: reply.schema ? { schema: reply.schema } : {} },
      }),
    };
  }
  return replies;
}
