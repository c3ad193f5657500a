import { type HttpReply, insert, type JsonObject, jsonReply, parseIso, replace, WireError } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { misfit } from "../../wire/pantahub/misfit.ts";
import { isId } from "../../wire/pantahub/object-id.ts";
import { apiTokenPrn } from "../../wire/pantahub/prn.ts";
import { ALL_SCOPES, scopesClaim } from "../../wire/pantahub/scopes.ts";
import { readObjectBody, textMember } from "../http/body.ts";
import type { Call, Endpoints } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, newId, shownTime } from "../hub.ts";
import { type ApiTokenRow, apiTokenTable } from "../tables/account-rows.ts";
import { hashOf } from "./find-api-token.ts";

const SECRET_BYTES = 24;
const MAX_SCOPES = 32;

/** Everything below `/tokens`: names and secrets with which programs of a user log in. */
export function apiTokenEndpoints(at: Endpoints): void {
  at.guarded(undefined, "POST", "/tokens/", createApiToken);
  at.guarded(undefined, "GET", "/tokens/", listApiTokens);
  at.guarded(undefined, "DELETE", "/tokens/:id", deleteApiToken);
}

async function createApiToken(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  const body = await readObjectBody(call.request);
  const name = textMember(body, "name", 128) ?? "";
  if (name === "") throw new Refusal(400, "A token needs a name");
  const type = textMember(body, "type") || "SESSION";
  if (type !== "SESSION" && type !== "USER") throw misfit("body.type", type, "SESSION or USER");
  const id = newId(hub);
  const secret = Buffer.concat([Buffer.from(`${id}:`), Buffer.from(hub.chance.bytes(SECRET_BYTES))]).toString(
    "base64url",
  );
  const now = hub.world.clock.now();
  const row: ApiTokenRow = {
    id,
    name,
    type,
    owner: caller.prn,
    hash: hashOf(secret),
    scopes: scopesOf(body, caller),
    deleted: false,
    expires: expiryOf(body),
    created: now,
    modified: now,
  };
  await hub.store.commit([insert(apiTokenTable, row)]);
  hub.world.audit.record({ who: caller.prn, action: "api-token.create", target: id, result: "done" });
  return jsonReply({ ...shown(row), secret });
}

async function listApiTokens(hub: Hub, _call: Call, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  return jsonReply((await hub.find.apiTokensOfOwner.all([caller.prn])).map(shown));
}

async function deleteApiToken(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  const deleted = await hub.store.change(async () => {
    const row = isId(call.params.id) ? await hub.store.get(apiTokenTable, call.params.id) : undefined;
    if (row === undefined || row.owner !== caller.prn) throw new Refusal(404, "No such token");
    const next = { ...row, deleted: true, modified: hub.world.clock.now() };
    return { writes: [replace(apiTokenTable, row, next)], result: next };
  });
  hub.world.audit.record({ who: caller.prn, action: "api-token.delete", target: deleted.id, result: "done" });
  return jsonReply(shown(deleted));
}

/** Whoever makes a token gives away no more than they have. */
function scopesOf(body: JsonObject, caller: Caller): string {
  const given = body["scopes"] ?? [];
  if (
    !Array.isArray(given) ||
    given.length > MAX_SCOPES ||
    !given.every((scope) => typeof scope === "string" && scope.length <= 64)
  ) {
    throw misfit("body.scopes", given, `an array of at most ${MAX_SCOPES} scopes`);
  }
  if ((caller.scopes & 1) === 0) throw new Refusal(403, "Only a token with all scopes makes others");
  return given.length === 0 ? ALL_SCOPES : scopesClaim(given.join(" "));
}

/** Zero: never. */
function expiryOf(body: JsonObject): number {
  const text = textMember(body, "expire-at") ?? "";
  if (text === "" || text.startsWith("0001-")) return 0;
  const time = parseIso(text);
  if (time === undefined) throw new WireError("expire-at is no RFC 3339 time", { path: "body.expire-at" });
  return time;
}

function shown(row: ApiTokenRow): JsonObject {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    prn: apiTokenPrn(row.id),
    owner: row.owner,
    scopes: row.scopes.split(" "),
    deleted: row.deleted,
    "expire-at": shownTime(row.expires),
    "time-created": shownTime(row.created),
    "time-modified": shownTime(row.modified),
  };
}

function mustBeUser(caller: Caller): void {
  if (caller.type !== "USER" && caller.type !== "SESSION") throw new Refusal(403, "Only users have API tokens");
}
