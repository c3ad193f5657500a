import type { Kysely, RawBuilder } from "kysely";
import type { Column } from "../row-check.ts";

/** Tables and columns are not known when we are compiled. */
export type AnyTables = Record<string, Record<string, unknown>>;

/** In what SQLite and PostgreSQL differ, as far as statements go. */
export interface SqlDialect {
  /** Builds statements; cannot run them. */
  readonly builder: Kysely<AnyTables>;
  /** The type as `CREATE TABLE` wants it. */
  readonly declared: Readonly<Record<Column["kind"], string>>;
  /** Whether the serial column has to be the primary key. */
  readonly serialIsPrimary: boolean;
  /** Whether tables show themselves as views. */
  readonly hasViews: boolean;
  /** A value as the driver takes it. */
  encode(kind: Column["kind"], value: unknown): unknown;
  /** A value as rows have it; never called with null. */
  decode(kind: Column["kind"], value: unknown): unknown;
  /** A column in an index, nulls first. */
  indexed(column: Column): RawBuilder<unknown>;
  /** A column in an order, nulls first when ascending. */
  ordered(column: Column, direction: "asc" | "desc"): RawBuilder<unknown>;
  /** Whether a column's value is one of a list, which `list` encodes into one parameter. */
  isIn(column: Column, list: RawBuilder<unknown>): RawBuilder<boolean>;
  encodeList(column: Column, values: readonly unknown[]): unknown;
}
