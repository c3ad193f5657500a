import { messageOf } from "../../errors/understudy-error.ts";
import { StoreError, type StoreErrorCode } from "../store.ts";
import { exists } from "./sql-engine.ts";
import { indexName, type SqlTable } from "./sql-table.ts";

/** PostgreSQL's codes (its manual, appendix A), whole or by their first two letters. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  "40001": "conflict", // serialization_failure
  "40P01": "conflict", // deadlock_detected
  "53100": "full", // disk_full
  "25006": "read-only", // read_only_sql_transaction
  "42501": "read-only", // insufficient_privilege
  "08": "unreachable", // connection exceptions
  "28": "unreachable", // invalid authorization
  "3D": "unreachable", // invalid catalog name: no such database
  "57": "unreachable", // operator intervention: the server is stopping or starting
  "53300": "unreachable", // too_many_connections
};

const ADVICE: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  conflict: "another transaction was in the way: read again and decide anew",
  full: "no space is left on the server",
  "read-only": "the server does not let us write",
  unreachable: "the server cannot be used; check that it runs, the address and the password",
};

const UNIQUE_VIOLATION = "23505";

/** An error of `pg`, of the server or of the network as the store's own. */
export function postgresFailure(error: unknown, place: string, table?: SqlTable): StoreError {
  if (error instanceof StoreError) return error;
  const field = (name: string): string => {
    const value = error instanceof Error ? (error as Error & Record<string, unknown>)[name] : undefined;
    return typeof value === "string" ? value : "";
  };
  const code = field("code");
  if (code === UNIQUE_VIOLATION && table !== undefined) return exists(table, violated(table, field("constraint")));
  const ours =
    CODES[code] ?? CODES[code.slice(0, 2)] ?? (isOfNetwork(code, field("severity")) ? "unreachable" : "failed");
  const advice = ADVICE[ours];
  const message = `${place}: ${advice === undefined ? messageOf(error) : `${advice} (${messageOf(error)})`}.`;
  return new StoreError(ours, message, { place }, { cause: error });
}

/** Errors of the server carry a severity; `pg`'s own about lost connections and those of sockets do not. */
const isOfNetwork = (code: string, severity: string): boolean =>
  severity === "" && (code === "" || /^E[A-Z]/.test(code));

function violated(table: SqlTable, constraint: string): readonly string[] {
  const { key, unique } = table.table;
  return unique.find((columns) => indexName(table.name, columns, "unique") === constraint) ?? key;
}
