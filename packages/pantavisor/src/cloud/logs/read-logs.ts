import { type HttpReply, jsonReply, parseQuery } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { openJwt, signJwt } from "../../wire/pantahub/hs256.ts";
import { type LogEntryResource, type LogPage, logEntryResource } from "../../wire/pantahub/log-entry.ts";
import { devicePrn } from "../../wire/pantahub/prn.ts";
import { readOptionalObject, textMember } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, shownTime } from "../hub.ts";
import { type LogRow, logTable } from "../tables/log-rows.ts";
import { type LogQuery, parseLogQuery, questionOf } from "./log-query.ts";

const CURSOR_SECONDS = 120;
const MAX_CURSOR = 16_384;

/**
 * Where a reading goes on. Pages are of what was there at the first one: lines that come in meanwhile are later readings'.
 * While the order is by time alone, `from` and `skip` spare the table the counting of all that was read before.
 */
interface Cursor {
  readonly query: LogQuery;
  readonly newest: number;
  /** Lines read so far, `query.start` included. */
  readonly read: number;
  readonly resume?: { readonly created: number; readonly skip: number };
}

/** `GET /logs/` */
export async function getLogs(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  const values = parseQuery(call.search);
  const query = await parseLogQuery(values, async (nick) => {
    const row = await hub.find.deviceByOwnerAndNick.first([caller.prn, nick]);
    return row && devicePrn(row.id);
  });
  const newest = (await hub.find.newestLog.first([]))?.serial ?? 0;
  return page(hub, caller, { query, newest, read: query.start }, (values["cursor"] ?? "") !== "");
}

/** `POST /logs/cursor` and `GET` of it: the next page. */
export async function getNextLogs(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  const given = parseQuery(call.search)["next-cursor"];
  const body = typeof given === "string" ? undefined : await readOptionalObject(call.request);
  const token = typeof given === "string" ? given : ((body && textMember(body, "next-cursor", MAX_CURSOR)) ?? "");
  if (token === "") throw new Refusal(400, "next-cursor is missing");
  const claims = openJwt(token, hub.keys.cursors);
  if (claims === undefined || claims["own"] !== caller.prn || hub.world.clock.now() >= Number(claims["exp"]) * 1000) {
    throw new Refusal(403, "The cursor is not yours, or too old");
  }
  return page(hub, caller, claims["at"] as Cursor, true); // We signed it.
}

async function page(hub: Hub, caller: Caller, cursor: Cursor, goesOn: boolean): Promise<HttpReply> {
  const rows = await rowsAt(hub, caller.prn, cursor);
  const next = goesOn ? { "next-cursor": signCursor(hub, caller, after(cursor, rows)) } : {};
  const entries = rows.length === 0 ? {} : { entries: rows.map(shown) };
  const answer: LogPage = { start: cursor.read, page: rows.length, count: rows.length, ...next, ...entries };
  return jsonReply(answer);
}

function rowsAt(hub: Hub, owner: string, cursor: Cursor): Promise<readonly LogRow[]> {
  const { query, newest, read, resume } = cursor;
  const { query: question, values } = questionOf(query, owner, newest);
  if (resume === undefined) return hub.store.find(logTable, question).all(values, { limit: query.page, offset: read });
  const comparison = query.order[0]?.[1] === "desc" ? "<=" : ">=";
  const where = [...(question.where ?? []), ["created", comparison] as const];
  const finder = hub.store.find(logTable, { ...question, where });
  return finder.all([...values, resume.created], { limit: query.page, offset: resume.skip });
}

function after(cursor: Cursor, rows: readonly LogRow[]): Cursor {
  const read = cursor.read + rows.length;
  const [first] = cursor.query.order;
  const last = rows.at(-1);
  if (last === undefined || cursor.query.order.length !== 1 || first?.[0] !== "created") return { ...cursor, read };
  const same = rows.filter((row) => row.created === last.created).length;
  const before = cursor.resume?.created === last.created ? cursor.resume.skip : 0;
  // A first page with an offset may have left out lines of its last instant: those cannot be counted here.
  if (cursor.resume === undefined && cursor.read > 0 && same === rows.length) return { ...cursor, read };
  return { ...cursor, read, resume: { created: last.created, skip: before + same } };
}

function signCursor(hub: Hub, caller: Caller, at: Cursor): string {
  const exp = Math.floor(hub.world.clock.now() / 1000) + CURSOR_SECONDS;
  return signJwt({ own: caller.prn, at, exp }, hub.keys.cursors);
}

function shown(row: LogRow): LogEntryResource {
  const { id, dev, own, tsec, tnano, rev, plat, src, lvl, msg } = row;
  return logEntryResource({
    id,
    dev,
    own,
    "time-created": shownTime(row.created),
    tsec,
    tnano,
    rev,
    plat,
    src,
    lvl,
    msg,
  });
}

function mustBeUser(caller: Caller): void {
  if (caller.type !== "USER" && caller.type !== "SESSION") throw new Refusal(403, "Only users read logs");
}
