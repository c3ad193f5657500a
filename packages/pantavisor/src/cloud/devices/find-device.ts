import type { Caller } from "../../wire/pantahub/claims.ts";
import { isId } from "../../wire/pantahub/object-id.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { type DeviceRow, deviceTable } from "../tables/device-rows.ts";

/** True for the owner of a device (never for another device of that owner). */
export const isOwner = (caller: Caller, row: DeviceRow): boolean =>
  caller.device === "" && row.owner !== "" && caller.prn === row.owner;

/** True for the device itself. */
export const isItself = (caller: Caller, row: DeviceRow): boolean => caller.device === row.id;

/** The device of that id; `undefined` when the text is no id or there is none. */
export async function deviceById(hub: Hub, id: string): Promise<DeviceRow | undefined> {
  return isId(id) ? hub.store.get(deviceTable, id) : undefined;
}

/** The device of that id. Refuses with 500 what is no id, with 404 an unknown one. */
export async function knownDevice(hub: Hub, id: string): Promise<DeviceRow> {
  if (!isId(id)) throw new Refusal(500, "A device id has 24 hex digits");
  const row = await hub.store.get(deviceTable, id);
  if (row === undefined) throw new Refusal(404, "No such device");
  return row;
}

/** A device by id, or by nick among those of an owner. */
export async function deviceByName(hub: Hub, name: string, owner: string): Promise<DeviceRow | undefined> {
  return isId(name) ? hub.store.get(deviceTable, name) : hub.find.deviceByOwnerAndNick.first([owner, name]);
}
