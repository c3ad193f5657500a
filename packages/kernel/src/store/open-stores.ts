import { UsageError } from "../errors/understudy-error.ts";
import { MemoryStores } from "./memory-store.ts";
import type { PowerableStores } from "./store.ts";

/** What `--database` takes. */
export const STORE_URLS = "memory:, sqlite:FILE or postgres://[user[:password]@]host[:port]/database";

/**
 * Opens stores by URL: `memory:`, `sqlite:FILE` (made when missing) or `postgres://…` (live labs only). Throws `UsageError` for any other
 * URL, and `StoreError` where the database cannot be used. Whoever opens them closes them.
 */
export async function openStores(url: string): Promise<PowerableStores> {
  if (url === "memory:") return new MemoryStores();
  if (url.startsWith("sqlite:") && url.length > "sqlite:".length) {
    const { openSqliteStores } = await import("./sql/open-sqlite.ts");
    return openSqliteStores(url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, ""));
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgresStores } = await import("./sql/open-postgres.ts");
    return await openPostgresStores(url);
  }
  throw new UsageError("bad-database", `The database ${JSON.stringify(url)} is none of: ${STORE_URLS}.`, { url });
}
