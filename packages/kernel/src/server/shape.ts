import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import type { WireError } from "../errors/wire-error.ts";
import { describeSchema } from "./describe-schema.ts";
import { describeText } from "./json-text.ts";
import { wireProblem } from "./wire-problem.ts";

/** A TypeBox schema, compiled once, that turns what came from outside into a typed value or a {@link WireError}. */
export interface Shape<Value> {
  readonly schema: TSchema;
  /** The value itself, typed; throws the {@link problem}. `where` begins the error's path. */
  parse(value: unknown, where: string): Value;
  is(value: unknown): value is Value;
  /** `undefined` when the value fits. */
  problem(value: unknown, where: string): WireError | undefined;
}

/** Compiles a schema. Do it once, when the program or the server starts. */
export function compileShape<Schema extends TSchema>(schema: Schema): Shape<Static<Schema>> {
  const validator: Validator = Compile(schema as TSchema);
  const is = (value: unknown): value is Static<Schema> => validator.Check(value);
  const problem = (value: unknown, where: string): WireError | undefined =>
    validator.Check(value) ? undefined : explain(schema, validator.Errors(value), value, where);
  const parse = (value: unknown, where: string): Static<Schema> => {
    if (is(value)) return value;
    throw explain(schema, validator.Errors(value), value, where);
  };
  return { schema, is, problem, parse };
}

function explain(
  schema: TSchema,
  errors: readonly TLocalizedValidationError[],
  value: unknown,
  where: string,
): WireError {
  const error = leading(errors);
  if (error === undefined) {
    return wireProblem({ reason: "shape", path: where, found: describeValue(value), accepted: describeSchema(schema) });
  }
  const place = pathOf(where, error.instancePath);
  const wanted = objectAlternative(schema, error);
  const found = valueAt(value, error.instancePath);
  if (wanted !== undefined && isObject(found)) {
    const inside = Compile(wanted).Errors(found);
    if (inside.length > 0) return explain(wanted, inside, found, place);
  }
  if (error.keyword === "required") {
    const name = error.params.requiredProperties[0] ?? "";
    const accepted = describeSchema(at(schema, `${error.schemaPath}/properties/${escaped(name)}`));
    return wireProblem({ reason: "shape", path: `${place}.${name}`, found: "nothing", accepted });
  }
  if (error.keyword === "additionalProperties") {
    const name = error.params.additionalProperties[0] ?? "";
    const known = Object.keys(record(record(at(schema, error.schemaPath)).properties));
    return wireProblem({
      reason: "shape",
      path: `${place}.${name}`,
      found: "an unknown key",
      accepted: `only ${known.join(", ")}`,
    });
  }
  if (at(schema, error.schemaPath) === false) {
    const known = Object.keys(record(record(at(schema, parentOf(error.schemaPath))).properties));
    return wireProblem({
      reason: "shape",
      path: place,
      found: "an unknown key",
      accepted: `only ${known.join(", ") || "no keys"}`,
    });
  }
  const accepted = describeSchema(at(schema, error.schemaPath));
  return wireProblem({
    reason: "shape",
    path: place,
    found: describeValue(found),
    accepted,
  });
}

/** The first error; where it lies inside alternatives, the error of the outermost of them. */
function leading(errors: readonly TLocalizedValidationError[]): TLocalizedValidationError | undefined {
  const first = errors[0];
  const around = errors.filter(
    (error) =>
      (error.keyword === "anyOf" || error.keyword === "oneOf") && first?.schemaPath.startsWith(error.schemaPath),
  );
  return around.at(-1) ?? first;
}

/** Of alternatives to which the value itself does not fit: the only one that takes objects. An object is told what that one misses. */
function objectAlternative(schema: TSchema, error: TLocalizedValidationError): TSchema | undefined {
  if (!["anyOf", "const", "type"].includes(error.keyword)) return undefined;
  const around = error.keyword === "anyOf" ? error.schemaPath : error.schemaPath.replace(/\/anyOf\/\d+$/, "");
  const { anyOf } = record(at(schema, around));
  const objects = Array.isArray(anyOf) ? anyOf.filter((one) => record(one).type === "object") : [];
  return objects.length === 1 ? (objects[0] as TSchema) : undefined; // a part of a schema
}

/** What was found, for a message: never longer than a line, never the whole of an object. */
function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return describeText(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

const unescaped = (part: string): string => part.replaceAll("~1", "/").replaceAll("~0", "~");
const escaped = (part: string): string => part.replaceAll("~", "~0").replaceAll("/", "~1");
const pointer = (path: string): readonly string[] => path.split("/").slice(1).map(unescaped);
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}; // Checked: a non-null object.

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

const valueAt = (value: unknown, path: string): unknown =>
  pointer(path).reduce<unknown>((now, part) => record(now)[part], value);
const at = (schema: TSchema, path: string): unknown => valueAt(schema, path);

function pathOf(where: string, instancePath: string): string {
  return pointer(instancePath).reduce(
    (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : `${path}.${part}`),
    where,
  );
}
