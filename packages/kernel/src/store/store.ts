import { UnderstudyError } from "../errors/understudy-error.ts";

/** What a column holds. A `?` allows null. `serial` is filled at insertion with a number larger than any before. */
export type ColumnType = "serial" | `${"text" | "integer" | "real" | "boolean" | "json" | "bytes"}${"" | "?"}`;

/** A table's shape. Rows are plain frozen objects with exactly these members. */
export interface Table<Row extends object> {
  readonly name: string;
  readonly columns: Readonly<Record<keyof Row & string, ColumnType>>;
  readonly key: readonly (keyof Row & string)[];
  readonly unique: readonly (readonly (keyof Row & string)[])[];
  readonly indexes: readonly (readonly (keyof Row & string)[])[];
  readonly view?: TableView;
}

/**
 * How a table shows itself to people who open a SQLite file with other tools; other stores have no views. Where several stand-ins share
 * a file, the view of the first stays.
 */
export interface TableView {
  readonly name: string;
  /** What follows `select`, up to `from`. */
  readonly columns: string;
}

export function table<Row extends object>(
  name: string,
  columns: Readonly<Record<keyof Row & string, ColumnType>>,
  options: {
    readonly key: readonly (keyof Row & string)[];
    readonly unique?: Table<Row>["unique"];
    readonly indexes?: Table<Row>["indexes"];
    readonly view?: TableView;
  },
): Table<Row> {
  const { key, unique = [], indexes = [], view } = options;
  return { name, columns, key, unique, indexes, ...(view === undefined ? {} : { view }) };
}

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "prefix";

/**
 * A question to a table. Its shape is compiled once and kept; the values come with each call, in the order of `where`. Quickest as a
 * constant, which is recognised as an object.
 */
export interface Query<Row> {
  /**
   * All must hold. `in` takes an array; `prefix` compares the beginning of a text. A null in a row matches only `=` with null;
   * `!=` with null matches what is not null. Texts are ordered by code point.
   */
  readonly where?: readonly (readonly [keyof Row & string, Comparison])[];
  /** Then by key, in the direction of the last column named here (default `asc`), so that the order is always total. Null comes first. */
  readonly order?: readonly (readonly [keyof Row & string, "asc" | "desc"])[];
}

export interface Finder<Row> {
  /** At most `limit` rows (default all) after the first `offset`. */
  all(
    values: readonly unknown[],
    page?: { readonly limit?: number; readonly offset?: number },
  ): Promise<readonly Row[]>;
  first(values: readonly unknown[]): Promise<Row | undefined>;
  count(values: readonly unknown[]): Promise<number>;
}

/**
 * One change. `replace` and `remove` take the row as it was read, the very object: if somebody changed it since, or it is a copy, the
 * commit is a `conflict`. A row that was written counts as read (not where a serial number was filled in). Rows that a table cannot hold
 * are `failed`: texts are well-formed and without NUL, integers exact, numbers finite.
 */
export type Write =
  | { readonly kind: "insert"; readonly table: Table<object>; readonly row: object }
  | { readonly kind: "replace"; readonly table: Table<object>; readonly old: object; readonly row: object }
  | { readonly kind: "remove"; readonly table: Table<object>; readonly old: object }
  | {
      readonly kind: "remove-where";
      readonly table: Table<object>;
      readonly query: Query<object>;
      readonly values: readonly unknown[];
    };

export const insert = <Row extends object>(into: Table<Row>, row: Row): Write => ({
  kind: "insert",
  table: into as unknown as Table<object>,
  row,
});
export const replace = <Row extends object>(into: Table<Row>, old: Row, row: Row): Write => ({
  kind: "replace",
  table: into as unknown as Table<object>,
  old,
  row,
});
export const remove = <Row extends object>(from: Table<Row>, old: Row): Write => ({
  kind: "remove",
  table: from as unknown as Table<object>,
  old,
});
export const removeWhere = <Row extends object>(
  from: Table<Row>,
  query: Query<Row>,
  values: readonly unknown[],
): Write => ({
  kind: "remove-where",
  table: from as unknown as Table<object>,
  query: query as unknown as Query<object>,
  values,
});

export type StoreErrorCode =
  | "exists"
  | "conflict"
  | "full"
  | "read-only"
  | "in-use"
  | "unreachable"
  | "bad-schema"
  | "failed";

/** `exists`: a key or unique set is taken (`details.table`, `details.columns`). `conflict`: read again and decide anew. */
export class StoreError extends UnderstudyError<StoreErrorCode> {
  override readonly name = "StoreError";
}

/**
 * A stand-in's tables. Handlers read, decide, and commit what is to be written as one batch: all or nothing, and synced when
 * the promise resolves. Rows are frozen; a row read twice without a change in between is equal, and may be the same object.
 */
export interface Store {
  get<Row extends object>(from: Table<Row>, ...key: readonly (string | number)[]): Promise<Row | undefined>;
  find<Row extends object>(from: Table<Row>, query: Query<Row>): Finder<Row>;
  commit(writes: readonly Write[]): Promise<void>;
  /** Runs `decide`, commits its writes, and starts over (at most 20 times) on `conflict`. Resolves to its result. */
  change<Result>(
    decide: () => Promise<{ readonly writes: readonly Write[]; readonly result: Result }>,
  ): Promise<Result>;
}

/** Opens the tables of a stand-in; creates what is missing. The same name gives the same tables after a power cut. */
export interface Stores {
  open(name: string, tables: readonly Table<never>[]): Promise<Store>;
}

/** The rows of a table, and the largest serial number it gave. */
export interface TableSnapshot {
  readonly serial: number;
  readonly rows: readonly object[];
}

/** Plain data: tables by name, by name of the store. */
export type StoresSnapshot = Readonly<Record<string, Readonly<Record<string, TableSnapshot>>>>;

/** Stores as their owner, the ground, sees them. Since a commit is a sync, a power cut takes nothing away. */
export interface PowerableStores extends Stores {
  snapshot(): Promise<StoresSnapshot>;
  /** Replaces everything. Stores that are open stay with what they had: open them again. */
  restore(snapshot: StoresSnapshot): Promise<void>;
  close(): Promise<void>;
}
