/** What went wrong in SQLite, as far as a user can act on it. */
export type SqliteProblem = "full" | "read-only" | "in-use" | "not-a-database" | "constraint" | "failed";

/** By SQLite's primary result codes (sqlite.org/rescode.html): BUSY, LOCKED, READONLY, FULL, CANTOPEN, CONSTRAINT, NOTADB, CORRUPT. */
const PROBLEMS: Readonly<Record<number, SqliteProblem>> = {
  5: "in-use",
  6: "in-use",
  8: "read-only",
  13: "full",
  14: "read-only",
  19: "constraint",
  26: "not-a-database",
  11: "not-a-database",
};

/** SQLite's result code with its extension; `undefined` when the error is none of SQLite's. */
export const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;

/** The problem behind an error of `node:sqlite`; `undefined` when the error is none of SQLite's. */
export function sqliteProblem(error: unknown): SqliteProblem | undefined {
  const code = sqliteCode(error);
  return code === undefined ? undefined : (PROBLEMS[code & 0xff] ?? "failed");
}
