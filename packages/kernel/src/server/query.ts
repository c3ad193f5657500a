import type { TSchema } from "typebox";

/** Parameters of a query string or form. A name that comes more than once has all its values, in order. */
export type QueryValues = Readonly<Record<string, string | readonly string[]>>;

/** Parameters beyond this number are dropped. */
const MAX_QUERY_PARAMETERS = 1_000;

/**
 * Parses `a=1&b=2` with `+` and `%xx` decoded. Malformed escapes stay as they are; bytes that are not UTF-8 become U+FFFD.
 * Also reads `application/x-www-form-urlencoded` bodies.
 */
export function parseQuery(search: string): QueryValues {
  const values: Record<string, string | string[]> = Object.create(null);
  if (search === "") return values;
  let count = 0;
  for (const pair of search.split("&", MAX_QUERY_PARAMETERS + 1)) {
    if (pair === "") continue;
    if (++count > MAX_QUERY_PARAMETERS) break;
    const equals = pair.indexOf("=");
    const name = decodePart(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decodePart(pair.slice(equals + 1));
    const before = values[name];
    if (before === undefined) values[name] = value;
    else if (typeof before === "string") values[name] = [before, value];
    else before.push(value);
  }
  return values;
}

function decodePart(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeLoosely(spaced);
  }
}

const looseUtf8 = new TextDecoder();

/** Malformed escapes stay, malformed UTF-8 becomes U+FFFD: runs of escapes are decoded by themselves. */
function decodeLoosely(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = run
      .slice(1)
      .split("%")
      .map((hex) => Number.parseInt(hex, 16));
    return looseUtf8.decode(Uint8Array.from(bytes));
  });
}

/** Reads one parameter's text as its schema wants it; what cannot be read is left for the check to refuse. */
type ReadParameter = (value: string | readonly string[]) => unknown;

/**
 * Makes the reader for an object schema of texts: numbers, integers, booleans (`true`, `false`, `1`, `0`, or empty for true)
 * and arrays. Of several values where one is wanted the last counts. Defaults of the schema are filled in.
 */
export function parameterReader(schema: TSchema): (values: QueryValues) => Record<string, unknown> {
  const properties = propertiesOf(schema);
  const readers = Object.entries(properties).map(([name, property]) => ({
    name,
    read: readerOf(property),
    otherwise: property.default,
  }));
  const known = new Set(readers.map((reader) => reader.name));
  const closed = (schema as { readonly additionalProperties?: unknown }).additionalProperties === false;
  return (values) => {
    const result: Record<string, unknown> = {};
    for (const { name, read, otherwise } of readers) {
      const value = values[name];
      if (value !== undefined) result[name] = read(value);
      else if (otherwise !== undefined) result[name] = otherwise;
    }
    if (closed) for (const name of Object.keys(values)) if (!known.has(name)) result[name] = values[name];
    return result;
  };
}

type PlainSchema = Readonly<Record<string, unknown>>;

function propertiesOf(schema: TSchema): Readonly<Record<string, PlainSchema>> {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, PlainSchema>> };
  return properties ?? {};
}

function readerOf(schema: PlainSchema): ReadParameter {
  if (schema.type === "array") {
    const one = readerOf((schema.items ?? {}) as PlainSchema); // JSON schema: `items` is a schema.
    return (value) => (typeof value === "string" ? [value] : value).map((item) => one(item));
  }
  const read = scalarReader(schema.type);
  return (value) => read(typeof value === "string" ? value : (value.at(-1) ?? ""));
}

function scalarReader(type: unknown): (text: string) => unknown {
  if (type === "integer" || type === "number") return (text) => (/^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  if (type === "boolean") return readBoolean;
  return (text) => text;
}

function readBoolean(text: string): unknown {
  if (text === "true" || text === "1" || text === "") return true;
  if (text === "false" || text === "0") return false;
  return text;
}
