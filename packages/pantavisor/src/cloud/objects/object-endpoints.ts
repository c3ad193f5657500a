import { emptyReply, type HttpReply, jsonReply, parseQuery, remove, replace, type Write } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { isSha256 } from "../../wire/pantahub/object-resource.ts";
import { baseUrl } from "../http/base-url.ts";
import { readObjectBody, textMember } from "../http/body.ts";
import type { Call, Endpoints } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { type ObjectRow, objectTable } from "../tables/object-rows.ts";
import { announce, charged, parseNewObject } from "./announce.ts";
import { objectRecord, objectTypeHeader, showObject } from "./object-view.ts";

type NamedObject = Call<{ sha: string }>;

/** Everything below `/objects`. */
export function objectEndpoints(at: Endpoints): void {
  at.guarded("objects:write", "POST", "/objects/", postObject);
  at.guarded("objects:read", "GET", "/objects/", listObjects);
  at.guarded("objects:read", "GET", "/objects/:sha", getObject);
  at.guarded("objects:read", "GET", "/objects/:sha/blob", getObjectBlob);
  at.guarded("objects:write", "PUT", "/objects/:sha", renameObject);
  at.guarded("objects:write", "DELETE", "/objects/:sha", deleteObject);
}

/** `?autolink=no` keeps an object from being linked to another owner's. */
export const linksAllowed = (call: Call): boolean => parseQuery(call.search)["autolink"] !== "no";

async function postObject(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  const given = parseNewObject(await readObjectBody(call.request));
  return announce(hub, baseUrl(hub, call.request), ownerOf(caller), given, { link: linksAllowed(call) });
}

/** Devices work with their owner's objects. */
export function ownerOf(caller: Caller): string {
  if (caller.owner === "") throw new Refusal(403, "The device has no owner yet; log in again after it was claimed");
  return caller.owner;
}

async function listObjects(hub: Hub, _call: Call, caller: Caller): Promise<HttpReply> {
  const rows = await hub.find.objectsOfOwner.all([caller.owner]);
  return jsonReply(rows.map((row) => objectRecord(row)));
}

async function getObject(hub: Hub, call: NamedObject, caller: Caller): Promise<HttpReply> {
  const row = await ownObject(hub, call, caller);
  return jsonReply(showObject(hub, baseUrl(hub, call.request), row, { writable: true }), 200, [objectTypeHeader(row)]);
}

async function getObjectBlob(hub: Hub, call: NamedObject, caller: Caller): Promise<HttpReply> {
  const row = await ownObject(hub, call, caller);
  const shown = showObject(hub, baseUrl(hub, call.request), row, { writable: false });
  return emptyReply(302, [["Location", shown["signed-geturl"]]]);
}

async function renameObject(hub: Hub, call: NamedObject, caller: Caller): Promise<HttpReply> {
  const body = await readObjectBody(call.request);
  const renamed = await hub.store.change(async () => {
    const row = await ownObject(hub, call, caller);
    if (body["owner"] !== row.owner || body["sha256sum"] !== row.sha) {
      throw new Refusal(403, "owner and sha256sum do not fit the object");
    }
    const name = textMember(body, "objectname") ?? row.name;
    const next: ObjectRow = { ...row, name, modified: hub.world.clock.now() };
    return { writes: [replace(objectTable, row, next)], result: next };
  });
  return jsonReply(showObject(hub, baseUrl(hub, call.request), renamed, { writable: true }));
}

async function deleteObject(hub: Hub, call: NamedObject, caller: Caller): Promise<HttpReply> {
  const { row, last } = await hub.store.change(async () => {
    const row = await ownObject(hub, call, caller);
    const others = (await hub.find.objectsBySha.all([row.sha])).filter(
      (other) => other.owner !== row.owner && other.uploaded,
    );
    const refund: Write[] = row.linkedTo === null ? await charged(hub, row.owner, -row.size) : [];
    return {
      writes: [remove(objectTable, row), ...refund],
      result: { row, last: row.uploaded && others.length === 0 },
    };
  });
  if (last) await hub.world.blobs.remove(row.sha);
  hub.world.audit.record({ who: caller.prn, action: "object.delete", target: row.sha, result: "done" });
  return jsonReply(objectRecord(row));
}

async function ownObject(hub: Hub, call: NamedObject, caller: Caller): Promise<ObjectRow> {
  const { sha } = call.params;
  if (!isSha256(sha)) throw new Refusal(400, "An object id has 64 hex digits");
  const row = caller.owner === "" ? undefined : await hub.store.get(objectTable, caller.owner, sha);
  if (row === undefined) throw new Refusal(403, "No such object");
  return row;
}
