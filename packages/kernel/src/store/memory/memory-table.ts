import { CompiledQueries } from "../compiled-queries.ts";
import { type Column, checkRow, columnsOf } from "../row-check.ts";
import { StoreError, type Table, type Write } from "../store.ts";
import type { Scalar } from "../value-order.ts";
import { MemoryFinder, type RowSource } from "./memory-finder.ts";
import { Place, SortedRows } from "./sorted-rows.ts";

/** What takes a write back: the row that was there before and the one that came. */
export interface Undo {
  readonly table: MemoryTable;
  readonly before: object | undefined;
  readonly after: object | undefined;
}

type Key = Scalar;
interface UniqueSet {
  readonly columns: readonly string[];
  readonly places: Map<Key, Place>;
}

/** A table in memory: a map by key, a map for each unique set, and sorted indexes that are built when a query first wants them. */
export class MemoryTable implements RowSource {
  readonly table: Table<object>;
  readonly finders: CompiledQueries<MemoryFinder>;
  readonly #columns: readonly Column[];
  readonly #serialColumn: string | undefined;
  readonly #places = new Map<Key, Place>();
  readonly #uniques: readonly UniqueSet[];
  readonly #sorted: SortedRows[] = [];
  #serial = 0;

  constructor(table: Table<object>) {
    this.table = table;
    this.#columns = columnsOf(table);
    this.#serialColumn = this.#columns.find((column) => column.kind === "serial")?.name;
    this.#uniques = table.unique.map((columns) => ({ columns, places: new Map() }));
    this.finders = new CompiledQueries((query) => new MemoryFinder(this, query));
  }

  /** The largest serial number given so far. */
  get serial(): number {
    return this.#serial;
  }

  get size(): number {
    return this.#places.size;
  }

  get(key: readonly Scalar[]): object | undefined {
    return this.#places.get(joined(key))?.row;
  }

  getUnique(set: number, values: readonly Scalar[]): object | undefined {
    return this.#uniques[set]?.places.get(joined(values))?.row;
  }

  *rows(): Iterable<object> {
    for (const place of this.#places.values()) yield place.row;
  }

  /** The rows sorted by these columns. */
  sorted(columns: readonly string[]): SortedRows {
    let index = this.#sorted.find((known) => sameNames(known.columns, columns));
    if (index === undefined) {
      index = new SortedRows(columns, this.#places.values());
      this.#sorted.push(index);
    }
    return index;
  }

  /** Fills an empty table. */
  load(rows: Iterable<object>, serial: number): void {
    for (const row of rows) this.#add(Object.freeze(row));
    this.#serial = serial;
  }

  /** Carries out one write and says how to take it back. Throws `exists` or `conflict`, and has changed nothing then. */
  write(write: Write): readonly Undo[] {
    switch (write.kind) {
      case "insert":
        return [this.#insert(write.row)];
      case "replace":
        return [this.#replace(write.old, write.row)];
      case "remove":
        this.#checkCurrent(write.old);
        this.#remove(write.old);
        return [{ table: this, before: write.old, after: undefined }];
      case "remove-where":
        return this.finders
          .of(write.query)
          .find(write.values, Number.POSITIVE_INFINITY, 0)
          .map((row) => {
            this.#remove(row);
            return { table: this, before: row, after: undefined };
          });
    }
  }

  /** Takes back what {@link write} did. */
  undo({ before, after }: Undo): void {
    if (after !== undefined) this.#remove(after);
    if (before !== undefined) this.#add(before);
  }

  #insert(given: object): Undo {
    checkRow(this.table, this.#columns, given);
    let row = given;
    if (this.#serialColumn !== undefined) row = { ...given, [this.#serialColumn]: this.#serial + 1 };
    this.#checkFree(row, undefined);
    if (this.#serialColumn !== undefined) this.#serial++;
    this.#add(Object.freeze(row));
    return { table: this, before: undefined, after: row };
  }

  #replace(old: object, row: object): Undo {
    const place = this.#checkCurrent(old);
    checkRow(this.table, this.#columns, row);
    this.#checkFree(row, place);
    Object.freeze(row);
    if (keyOf(row, this.table.key) !== keyOf(old, this.table.key)) {
      this.#remove(old);
      this.#add(row);
    } else {
      this.#exchange(place, row);
    }
    return { table: this, before: old, after: row };
  }

  #exchange(place: Place, row: object): void {
    const old = place.row;
    for (const { columns, places } of this.#uniques) {
      if (!differ(old, row, columns)) continue;
      if (isUnique(old, columns)) places.delete(keyOf(old, columns));
      if (isUnique(row, columns)) places.set(keyOf(row, columns), place);
    }
    const moved = this.#sorted.filter((index) => differ(old, row, index.columns));
    for (const index of moved) index.remove(place);
    place.row = row;
    for (const index of moved) index.add(place);
  }

  #add(row: object): void {
    const place = new Place(row);
    this.#places.set(keyOf(row, this.table.key), place);
    for (const { columns, places } of this.#uniques) if (isUnique(row, columns)) places.set(keyOf(row, columns), place);
    for (const index of this.#sorted) index.add(place);
  }

  #remove(row: object): void {
    const key = keyOf(row, this.table.key);
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    for (const { columns, places } of this.#uniques) if (isUnique(row, columns)) places.delete(keyOf(row, columns));
    for (const index of this.#sorted) index.remove(place);
  }

  #checkCurrent(old: object): Place {
    const place = this.#places.get(keyOf(old, this.table.key));
    if (place !== undefined && place.row === old) return place;
    throw new StoreError(
      "conflict",
      `A row of ${this.table.name} was changed meanwhile: read it again and decide anew.`,
      {
        table: this.table.name,
        key: this.table.key.map((column) => (old as Record<string, unknown>)[column]),
      },
    );
  }

  /** Throws `exists` if another place than `own` has the row's key or one of its unique sets. */
  #checkFree(row: object, own: Place | undefined): void {
    const taken = this.#places.get(keyOf(row, this.table.key));
    if (taken !== undefined && taken !== own) throw this.#exists(this.table.key);
    for (const { columns, places } of this.#uniques) {
      const other = isUnique(row, columns) ? places.get(keyOf(row, columns)) : undefined;
      if (other !== undefined && other !== own) throw this.#exists(columns);
    }
  }

  #exists(columns: readonly string[]): StoreError {
    const message = `Table ${this.table.name} has a row with that ${columns.join(" and ")} already.`;
    return new StoreError("exists", message, { table: this.table.name, columns });
  }
}

const fieldOf = (row: object, column: string): Scalar => (row as Record<string, Scalar>)[column] ?? null;

/** One value for several: texts hold no NUL, so nothing else joins to the same. */
const joined = (values: readonly Scalar[]): Key => (values.length === 1 ? (values[0] ?? null) : values.join("\0"));

function keyOf(row: object, columns: readonly string[]): Key {
  const [first, second, ...others] = columns;
  if (first === undefined) return null;
  if (second === undefined) return fieldOf(row, first);
  let key = `${fieldOf(row, first)}\0${fieldOf(row, second)}`;
  for (const column of others) key += `\0${fieldOf(row, column)}`;
  return key;
}

/** Rows with a null in a unique set are unequal to all others, as in SQL. */
function isUnique(row: object, columns: readonly string[]): boolean {
  for (const column of columns) if (fieldOf(row, column) === null) return false;
  return true;
}

function differ(a: object, b: object, columns: readonly string[]): boolean {
  for (const column of columns) if (fieldOf(a, column) !== fieldOf(b, column)) return true;
  return false;
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, at) => name === b[at]);
