import { compileShape, type JsonValue, type Shape } from "@understudy/kernel";
import type { Static, TSchema } from "typebox";

/** A message as a unit: how it is read, written and told in one line. */
export interface Message<Value> {
  /** The JSON schema of the wire form. */
  readonly schema: TSchema;
  /** Reads the wire form; throws `WireError` naming the place, which begins with the message's name. */
  parse(wire: unknown): Value;
  render(value: Value): JsonValue;
  /** For logs: never a secret. */
  describe(value: Value): string;
}

/** Makes a message whose wire form is its value. The schema is compiled when the message is first read. */
export function message<Schema extends TSchema>(definition: {
  readonly name: string;
  readonly schema: Schema;
  readonly describe: (value: Static<Schema>) => string;
}): Message<Static<Schema>> {
  return convertedMessage({
    ...definition,
    parse: (wire: Static<Schema>) => wire,
    render: (value: Static<Schema>) => value as JsonValue, // Schemas describe JSON values only.
  });
}

/** Makes a message with a domain type of its own. */
export function convertedMessage<Schema extends TSchema, Value>(definition: {
  readonly name: string;
  readonly schema: Schema;
  readonly parse: (wire: Static<Schema>) => Value;
  readonly render: (value: Value) => JsonValue;
  readonly describe: (value: Value) => string;
}): Message<Value> {
  const { name, schema, parse, render, describe } = definition;
  let shape: Shape<Static<Schema>> | undefined;
  return {
    schema,
    parse: (wire) => {
      shape ??= compileShape(schema);
      return parse(shape.parse(wire, name));
    },
    render,
    describe,
  };
}
