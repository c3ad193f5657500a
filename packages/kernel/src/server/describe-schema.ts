/** A JSON schema as plain data; TypeBox types are such objects. */
type PlainSchema = Readonly<Record<string, unknown>>;

/** What a schema takes, in words: `an integer from 1 to 100`, `one of "on", "off"`. */
export function describeSchema(schema: unknown): string {
  if (typeof schema !== "object" || schema === null) return "another value";
  const plain = schema as PlainSchema; // Any object can be read as a record of unknowns.
  const alternatives = plain.anyOf ?? plain.oneOf;
  if (Array.isArray(alternatives)) return describeAlternatives(alternatives);
  if ("const" in plain) return JSON.stringify(plain.const);
  if (Array.isArray(plain.enum)) return oneOf(plain.enum.map((value) => JSON.stringify(value)));
  return describeType(plain);
}

function describeType(schema: PlainSchema): string {
  switch (schema.type) {
    case "integer":
      return `an integer${range(schema.minimum, schema.maximum)}`;
    case "number":
      return `a number${range(schema.minimum, schema.maximum)}`;
    case "string":
      return describeString(schema);
    case "boolean":
      return "true or false";
    case "array":
      return `an array${range(schema.minItems, schema.maxItems, " items")} of ${describeSchema(schema.items)}`;
    case "object":
      return "an object";
    case "null":
      return "null";
    default:
      return "another value";
  }
}

function describeString(schema: PlainSchema): string {
  const format = schema.format;
  const pattern = schema.pattern;
  const length = range(schema.minLength, schema.maxLength, " characters");
  if (format !== undefined) return `a text of format ${String(format)}`;
  if (pattern !== undefined) return `a text matching ${String(pattern)}`;
  return `a text${length}`;
}

function describeAlternatives(alternatives: readonly unknown[]): string {
  const words = alternatives.map(describeSchema);
  const constants = alternatives.every((one) => typeof one === "object" && one !== null && "const" in one);
  return constants ? oneOf(words) : words.join(" or ");
}

const oneOf = (words: readonly string[]): string => `one of ${words.join(", ")}`;

function range(from: unknown, to: unknown, unit = ""): string {
  if (from !== undefined && to !== undefined) return ` from ${String(from)} to ${String(to)}${unit}`;
  if (from !== undefined) return ` of at least ${String(from)}${unit}`;
  if (to !== undefined) return ` of at most ${String(to)}${unit}`;
  return "";
}
