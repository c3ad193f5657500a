import type { PowerableStores } from "../store.ts";
import { PostgresEngine } from "./postgres-engine.ts";
import { SqlStores } from "./sql-stores.ts";

/** Stores in a PostgreSQL database, shared with any number of processes. Throws `unreachable` or `bad-schema`. */
export async function openPostgresStores(url: string): Promise<PowerableStores> {
  return new SqlStores(await PostgresEngine.connect(url));
}
