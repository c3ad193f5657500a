import { type HttpReply, type JsonObject, type JsonValue, jsonReply } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { readObjectBody } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { type DeviceRow, deviceTable } from "../tables/device-rows.ts";
import { changeDevice, changeReport, LAB_ID_KEY } from "./change-device.ts";
import { deviceById, deviceByName, isItself, isOwner } from "./find-device.ts";

type NamedDevice = Call<{ id: string }>;

/** Shared: the answer to most requests of most devices. */
const OK: HttpReply = jsonReply(Object.freeze({ status: "ok" }));

/** `GET /devices/:id/user-meta` */
export async function getUserMeta(hub: Hub, call: NamedDevice, caller: Caller): Promise<HttpReply> {
  const { id } = call.params;
  const row = caller.device === id ? await hub.store.get(deviceTable, id) : await deviceByName(hub, id, caller.owner);
  if (row === undefined || !(isItself(caller, row) || isOwner(caller, row))) throw new Refusal(404, "No such device");
  return jsonReply(row.userMeta);
}

/** `PUT /devices/:id/user-meta`: replaces the map. */
export async function putUserMeta(hub: Hub, call: NamedDevice, caller: Caller): Promise<HttpReply> {
  const row = await deviceById(hub, call.params.id);
  if (row === undefined || !(isItself(caller, row) || isOwner(caller, row))) throw new Refusal(404, "No such device");
  const map = await readObjectBody(call.request);
  await changeDevice(hub, row.id, (now) => ({ ...now, userMeta: map }), caller.prn, "device.user-meta");
  return jsonReply(map);
}

/** `PATCH /devices/:id/user-meta`: a null is stored, and devices take it as absent; the answer is the patch alone. */
export async function patchUserMeta(hub: Hub, call: NamedDevice, caller: Caller): Promise<HttpReply> {
  if (caller.device !== "") throw new Refusal(400, "Only the owner changes user metadata");
  const row = await deviceByName(hub, call.params.id, caller.owner);
  if (row === undefined || !isOwner(caller, row)) throw new Refusal(404, "No such device");
  const patch = await readObjectBody(call.request);
  const merged = (now: DeviceRow): DeviceRow => ({ ...now, userMeta: { ...now.userMeta, ...patch } });
  await changeDevice(hub, row.id, merged, caller.prn, "device.user-meta");
  return jsonReply(patch);
}

/** `PUT /devices/:id/device-meta`: replaces the map. */
export async function putDeviceMeta(hub: Hub, call: NamedDevice, caller: Caller): Promise<HttpReply> {
  if (caller.device === "") throw new Refusal(400, "Only the device itself reports its metadata");
  if (caller.device !== call.params.id) throw new Refusal(404, "No such device");
  const map = await readObjectBody(call.request);
  return reported(hub, call, map, () => map);
}

/** `PATCH /devices/:id/device-meta`: a null removes its key. */
export async function patchDeviceMeta(hub: Hub, call: NamedDevice, caller: Caller): Promise<HttpReply> {
  if (caller.device !== call.params.id) throw new Refusal(400, "Only the device itself reports its metadata");
  const patch = await readObjectBody(call.request);
  return reported(hub, call, patch, (meta) => patched(meta, patch));
}

async function reported(
  hub: Hub,
  call: NamedDevice,
  given: JsonObject,
  decide: (meta: JsonObject) => JsonObject | undefined,
): Promise<HttpReply> {
  const { id } = call.params;
  const outcome = await changeReport(hub, id, call.via.remote, decide);
  if (outcome === "unknown") throw new Refusal(404, "No such device");
  const lab = given[LAB_ID_KEY];
  if (typeof lab === "string") await noteLabId(hub, id, lab);
  return OK;
}

async function noteLabId(hub: Hub, id: string, lab: string): Promise<void> {
  const row = await hub.store.get(deviceTable, id);
  if (row?.lab === null) await changeDevice(hub, id, (now) => ({ ...now, lab }), id, "device.lab-id");
}

/** `undefined` when the patch says nothing new. */
function patched(meta: JsonObject, patch: JsonObject): JsonObject | undefined {
  let next: Record<string, JsonValue> | undefined;
  for (const key of Object.keys(patch)) {
    const value = patch[key] ?? null;
    if (value === null ? !Object.hasOwn(meta, key) : meta[key] === value && Object.hasOwn(meta, key)) continue;
    next ??= { ...meta };
    if (value === null) delete next[key];
    else setOwn(next, key, value);
  }
  return next;
}

/** `__proto__` is a key like any other. */
function setOwn(map: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  else map[key] = value;
}
