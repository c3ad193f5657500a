import { createHash } from "node:crypto";
import type { Compilable } from "kysely";

/** Takes one parameter of a statement out of the values that come with a call. */
export type Binding = (values: readonly unknown[]) => unknown;

/** Stands in a statement under construction for a parameter. */
export class Slot {
  readonly bind: Binding;

  constructor(bind: Binding) {
    this.bind = bind;
  }
}

/** The parameter that is value number `at`, perhaps encoded. */
export const slot = (at: number, encode: (value: unknown) => unknown = same): Slot =>
  new Slot((values) => encode(values[at]));

const same = (value: unknown): unknown => value;

/** A statement that was built once and is run as a prepared one. */
export interface Statement {
  readonly sql: string;
  /** Unique by text: what PostgreSQL knows it by. */
  readonly name: string;
  readonly bindings: readonly Binding[];
}

/** Freezes a query under construction. Constants in it become parameters too. */
export function statementOf(query: Compilable): Statement {
  const { sql, parameters } = query.compile();
  const bindings = parameters.map(
    (parameter): Binding => (parameter instanceof Slot ? parameter.bind : () => parameter),
  );
  return { sql, name: `u${createHash("sha256").update(sql).digest("hex").slice(0, 24)}`, bindings };
}

/** The parameters of a call. */
export const bound = (statement: Statement, values: readonly unknown[]): unknown[] =>
  statement.bindings.map((bind) => bind(values));
