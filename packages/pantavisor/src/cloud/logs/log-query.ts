import { parseIso, type Query, type QueryValues } from "@understudy/kernel";
import { isId } from "../../wire/pantahub/object-id.ts";
import { devicePrn } from "../../wire/pantahub/prn.ts";
import { Refusal } from "../http/refusal.ts";
import type { LogRow } from "../tables/log-rows.ts";

/** Members that can be listed exactly, with their columns. */
const LISTED = ["dev", "rev", "plat", "src", "lvl"] as const;
type Listed = (typeof LISTED)[number];

const SORT_COLUMNS: Readonly<Record<string, keyof LogRow>> = {
  dev: "dev",
  rev: "rev",
  plat: "plat",
  lvl: "lvl",
  tsec: "tsec",
  tnano: "tnano",
  "time-created": "created",
  src: "src",
};

/** Entries per page unless asked otherwise, and at most. */
export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 10_000;

/** What somebody wants to read of their logs. Plain data: cursors carry it. */
export interface LogQuery {
  readonly listed: Partial<Readonly<Record<Listed, readonly string[]>>>;
  /** Strictly later and earlier, in milliseconds. */
  readonly after?: number;
  readonly before?: number;
  readonly order: readonly (readonly [keyof LogRow, "asc" | "desc"])[];
  readonly start: number;
  readonly page: number;
}

/** Reads a query string. `prnOf` finds the device of a nick. Refuses with 400 what is no number or date. */
export async function parseLogQuery(
  values: QueryValues,
  prnOf: (nick: string) => Promise<string | undefined>,
): Promise<LogQuery> {
  const one = (name: string): string => {
    const value = values[name] ?? "";
    return typeof value === "string" ? value : (value.at(-1) ?? "");
  };
  const listed: Partial<Record<Listed, readonly string[]>> = {};
  for (const name of LISTED) {
    const wanted = one(name)
      .split(",")
      .filter((text) => text !== "");
    if (wanted.length > 0)
      listed[name] = name === "dev" ? await Promise.all(wanted.map((text) => deviceOf(text, prnOf))) : wanted;
  }
  const after = timeOf("after", one("after"));
  const before = timeOf("before", one("before"));
  return {
    listed,
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    order: orderOf(one("sort")),
    start: numberOf("start", one("start"), 0),
    page: Math.min(MAX_PAGE, numberOf("page", one("page"), DEFAULT_PAGE)),
  };
}

/** A device by PRN, id or nick; a nick nobody has matches nothing. */
async function deviceOf(text: string, prnOf: (nick: string) => Promise<string | undefined>): Promise<string> {
  if (text.startsWith("prn:")) return text;
  return isId(text) ? devicePrn(text) : ((await prnOf(text)) ?? "");
}

function timeOf(name: string, text: string): number | undefined {
  if (text === "") return undefined;
  const time = parseIso(text);
  if (time === undefined) throw new Refusal(400, `${name} is no RFC 3339 time`);
  return time;
}

function numberOf(name: string, text: string, otherwise: number): number {
  if (text === "") return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(400, `${name} is no number`);
  return Number(text);
}

/** Newest first unless asked otherwise. Keys that logs do not have count for nothing. */
function orderOf(text: string): LogQuery["order"] {
  const keys = text.split(",").flatMap((key) => {
    const reversed = key.startsWith("-");
    const name = reversed ? key.slice(1) : key;
    const column = Object.hasOwn(SORT_COLUMNS, name) ? SORT_COLUMNS[name] : undefined;
    return column === undefined ? [] : [[column, reversed ? "desc" : "asc"] as const];
  });
  if (keys.length === 0) return [["created", "desc"]];
  return keys.filter(([column], at) => keys.findIndex(([other]) => other === column) === at);
}

/** A query as a question to the table: lines of one owner up to a serial number, in order. */
export function questionOf(
  query: LogQuery,
  owner: string,
  newest: number,
): { readonly query: Query<LogRow>; readonly values: readonly unknown[] } {
  const where: (readonly [keyof LogRow, "=" | "in" | ">" | "<" | "<="])[] = [["own", "="]];
  const values: unknown[] = [owner];
  for (const name of LISTED) {
    const wanted = query.listed[name];
    if (wanted === undefined) continue;
    const [only] = wanted;
    where.push([name, wanted.length === 1 ? "=" : "in"]);
    values.push(wanted.length === 1 ? only : wanted);
  }
  if (query.after !== undefined) {
    where.push(["created", ">"]);
    values.push(query.after);
  }
  if (query.before !== undefined) {
    where.push(["created", "<"]);
    values.push(query.before);
  }
  where.push(["serial", "<="]);
  values.push(newest);
  return { query: { where, order: [...query.order, ["serial", "asc"]] }, values };
}
