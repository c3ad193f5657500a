import { type HttpReply, insert, type JsonObject, jsonReply, replace } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import type { JoinTokenResource } from "../../wire/pantahub/join-token-resource.ts";
import { isId } from "../../wire/pantahub/object-id.ts";
import { isAnonymousPrn, joinTokenPrn } from "../../wire/pantahub/prn.ts";
import { objectMember, readObjectBody, readOptionalObject, textMember } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, newId, shownTime } from "../hub.ts";
import { threeWords } from "../names.ts";
import { type JoinTokenRow, joinTokenTable } from "../tables/device-rows.ts";
import { joinTokenHash } from "./register.ts";

const TOKEN_BYTES = 24;

/** `POST /devices/tokens` */
export async function createJoinToken(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  const body = (await readOptionalObject(call.request)) ?? {};
  const token = Buffer.from(hub.chance.bytes(TOKEN_BYTES)).toString("base64");
  const row = newJoinToken(hub, {
    owner: caller.prn,
    token,
    nick: textMember(body, "nick", 256) || undefined,
    defaultUserMeta: objectMember(body, "default-user-meta") ?? null,
    lab: null,
  });
  await hub.store.commit([insert(joinTokenTable, row)]);
  hub.world.audit.record({ who: caller.prn, action: "join-token.create", target: row.id, result: "done" });
  return jsonReply(joinTokenResource(row, token));
}

/** `GET /devices/tokens` */
export async function listJoinTokens(hub: Hub, _call: Call, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  const rows = await hub.find.joinTokensOfOwner.all([caller.prn]);
  return jsonReply(rows.map((row) => joinTokenResource(row)));
}

/** `GET /devices/tokens/:id` */
export async function getJoinToken(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  return jsonReply(joinTokenResource(await ownJoinToken(hub, call, caller)));
}

/** `PATCH /devices/tokens/:id`: another nick, other metadata for devices that join from now on. */
export async function patchJoinToken(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  const body = await readObjectBody(call.request);
  const nick = textMember(body, "nick", 256) || undefined;
  const defaultUserMeta = objectMember(body, "default-user-meta");
  if (nick === undefined && defaultUserMeta === undefined)
    throw new Refusal(400, "Only nick and default-user-meta can be changed");
  const changed = await hub.store.change(async () => {
    const row = await ownJoinToken(hub, call, caller);
    const next: JoinTokenRow = {
      ...row,
      nick: nick ?? row.nick,
      defaultUserMeta: defaultUserMeta ?? row.defaultUserMeta,
      modified: hub.world.clock.now(),
    };
    return { writes: [replace(joinTokenTable, row, next)], result: next };
  });
  hub.world.audit.record({ who: caller.prn, action: "join-token.change", target: changed.id, result: "done" });
  return jsonReply(joinTokenResource(changed));
}

async function ownJoinToken(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<JoinTokenRow> {
  if (!isId(call.params.id)) throw new Refusal(400, "A token's id has 24 hex digits");
  const row = await hub.store.get(joinTokenTable, call.params.id);
  if (row === undefined || row.owner !== caller.prn) throw new Refusal(404, "No such join token");
  return row;
}

/** `DELETE /devices/tokens/:id`: the token stays listed, but no device joins with it any more. */
export async function disableJoinToken(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  mustBeUser(caller);
  await hub.store.change(async () => {
    const row = isId(call.params.id) ? await hub.store.get(joinTokenTable, call.params.id) : undefined;
    if (row === undefined || row.owner !== caller.prn) throw new Refusal(500, "No such join token");
    const next: JoinTokenRow = { ...row, disabled: true, modified: hub.world.clock.now() };
    return { writes: [replace(joinTokenTable, row, next)], result: undefined };
  });
  hub.world.audit.record({ who: caller.prn, action: "join-token.disable", target: call.params.id, result: "done" });
  return jsonReply({ status: "OK" });
}

/** A join token's row; of the token itself it keeps a hash. */
export function newJoinToken(
  hub: Hub,
  given: Pick<JoinTokenRow, "owner" | "defaultUserMeta" | "lab"> & {
    readonly token: string;
    readonly nick: string | undefined;
  },
): JoinTokenRow {
  const now = hub.world.clock.now();
  return {
    id: newId(hub),
    nick: given.nick ?? threeWords(hub.chance, "_"),
    owner: given.owner,
    hash: joinTokenHash(given.token),
    defaultUserMeta: given.defaultUserMeta,
    disabled: false,
    created: now,
    modified: now,
    lab: given.lab,
  };
}

function mustBeUser(caller: Caller): void {
  const isUser = (caller.type === "USER" && !isAnonymousPrn(caller.prn)) || caller.type === "SESSION";
  if (!isUser) throw new Refusal(400, "Only users have join tokens");
}

function joinTokenResource(row: JoinTokenRow, token?: string): JoinTokenResource {
  return {
    id: row.id,
    prn: joinTokenPrn(row.id),
    nick: row.nick,
    owner: row.owner,
    ...(token !== undefined && { token }),
    "default-user-meta": row.defaultUserMeta satisfies JsonObject | null,
    disabled: row.disabled,
    "time-created": shownTime(row.created),
    "time-modified": shownTime(row.modified),
  };
}
