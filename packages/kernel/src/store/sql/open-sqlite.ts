import type { PowerableStores } from "../store.ts";
import { SqlStores } from "./sql-stores.ts";
import { SqliteEngine } from "./sqlite-engine.ts";

/** Stores in one SQLite file, made when it is missing. Throws `in-use`, `read-only` or `failed`. */
export function openSqliteStores(file: string): PowerableStores {
  return new SqlStores(new SqliteEngine(file));
}
