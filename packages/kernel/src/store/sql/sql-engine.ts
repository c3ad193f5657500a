import { StoreError, type Write } from "../store.ts";
import type { SqlDialect } from "./dialect.ts";
import type { SqlTable } from "./sql-table.ts";
import type { Statement } from "./statement.ts";

/** One statement of a commit. */
export interface Step {
  readonly write: Write;
  readonly table: SqlTable;
  readonly statement: Statement;
  readonly parameters: readonly unknown[];
}

/** A table that exists. */
export interface FoundTable {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  readonly key: readonly string[];
}

/** A database that runs statements. All its errors are `StoreError`s. */
export interface SqlEngine {
  readonly dialect: SqlDialect;
  /** The rows as arrays of values. */
  rows(
    statement: Statement,
    parameters: readonly unknown[],
  ): Promise<readonly (readonly unknown[])[]> | readonly (readonly unknown[])[];
  /** All steps or none. Throws `conflict` where a row to be replaced or removed is not there in that version. */
  commit(steps: readonly Step[]): Promise<void>;
  /** Runs `work` while no other process can define tables. */
  define(work: (definer: Definer) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface Definer {
  find(table: SqlTable): Promise<FoundTable | undefined>;
  run(text: string): Promise<void>;
  /** The largest number given so far. */
  serial(table: SqlTable): Promise<number>;
  /** Makes the next serial number larger than this one. */
  setSerial(table: SqlTable, serial: number): Promise<void>;
}

/** Whether the step must change exactly one row. */
export const changesOne = (step: Step): boolean => step.write.kind === "replace" || step.write.kind === "remove";

export const conflict = (table: SqlTable, row: object): StoreError =>
  new StoreError("conflict", `A row of ${table.table.name} was changed meanwhile: read it again and decide anew.`, {
    table: table.table.name,
    key: table.key(row),
  });

export const exists = (table: SqlTable, columns: readonly string[]): StoreError =>
  new StoreError("exists", `Table ${table.table.name} has a row with that ${columns.join(" and ")} already.`, {
    table: table.table.name,
    columns,
  });
