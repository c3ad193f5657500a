import { type RawBuilder, sql } from "kysely";
import { type CheckedQuery, type Condition, checkQuery } from "../query-check.ts";
import type { Query } from "../store.ts";
import type { SqlTable } from "./sql-table.ts";
import { Slot, type Statement, slot, statementOf } from "./statement.ts";

/** The statements of one query for one set of nulls among its values. */
export interface QueryStatements {
  readonly all: Statement;
  /** Values: those of the conditions, then limit and offset. */
  readonly page: Statement;
  readonly first: Statement;
  readonly count: Statement;
  readonly remove: Statement;
}

/** A query of a table. SQL asks for null in other words than for values, so each set of nulls has its own statements. */
export class SqlQuery {
  readonly checked: CheckedQuery;
  readonly #table: SqlTable;
  readonly #variants = new Map<string, QueryStatements>();

  constructor(table: SqlTable, query: Query<object>) {
    this.#table = table;
    this.checked = checkQuery(table.table, query);
  }

  statements(values: readonly unknown[]): QueryStatements {
    let nulls = "";
    for (const { comparison, value } of this.checked.conditions) {
      if (comparison === "=" || comparison === "!=") nulls += values[value] === null ? "0" : "1";
    }
    let statements = this.#variants.get(nulls);
    if (statements === undefined) {
      statements = this.#build(values);
      this.#variants.set(nulls, statements);
    }
    return statements;
  }

  #build(values: readonly unknown[]): QueryStatements {
    const { builder } = this.#table.dialect;
    const { conditions, order } = this.checked;
    const matches = whereOf(
      conditions.map((condition) => this.#condition(condition, values[condition.value] === null)),
    );
    const ordered = sql`order by ${sql.join(order.map(([name, direction]) => this.#table.dialect.ordered(this.#table.column(name), direction)))}`;
    const columns = sql.join(this.#table.selected.map((name) => sql.id(name)));
    const from = sql`from ${sql.id(this.#table.name)}${matches}`;
    const last = conditions.length;
    const make = (query: RawBuilder<unknown>): Statement => statementOf({ compile: () => query.compile(builder) });
    return {
      all: make(sql`select ${columns} ${from} ${ordered}`),
      page: make(sql`select ${columns} ${from} ${ordered} limit ${slot(last)} offset ${slot(last + 1)}`),
      first: make(sql`select ${columns} ${from} ${ordered} limit 1`),
      count: make(sql`select count(*) ${from}`),
      remove: make(sql`delete ${from}`),
    };
  }

  #condition({ column: name, comparison, value: at }: Condition, isNull: boolean): RawBuilder<boolean> {
    const column = this.#table.column(name);
    const { dialect } = this.#table;
    const encode = (value: unknown): unknown => (value === null ? null : dialect.encode(column.kind, value));
    const ref = sql.id(name);
    switch (comparison) {
      case "=":
        return isNull ? sql<boolean>`${ref} is null` : sql<boolean>`${ref} = ${slot(at, encode)}`;
      case "!=":
        return isNull ? sql<boolean>`${ref} is not null` : sql<boolean>`${ref} <> ${slot(at, encode)}`;
      case "in":
        return dialect.isIn(column, sql`${slot(at, (list) => dialect.encodeList(column, list as readonly unknown[]))}`);
      case "prefix":
        return sql<boolean>`${ref} >= ${slot(at)} and ${ref} < ${new Slot((values) => endOfPrefix(values[at]))}`;
      default:
        return sql<boolean>`${ref} ${sql.raw(comparison)} ${slot(at, encode)}`;
    }
  }
}

function whereOf(conditions: readonly RawBuilder<boolean>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`;
}

/** Larger than any text that does not begin with dozens of the last code point. */
const BEHIND_ALL = "\u{10FFFF}".repeat(64);

/** The first text behind all that begin with `prefix`, by code point. Null has none. */
function endOfPrefix(prefix: unknown): string | null {
  if (prefix === null) return null;
  const points = Array.from(String(prefix), (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return BEHIND_ALL;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
