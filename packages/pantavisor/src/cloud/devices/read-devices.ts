import { type HttpReply, jsonReply, parseQuery, type QueryValues } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import type { DeviceResource } from "../../wire/pantahub/device-resource.ts";
import { isId } from "../../wire/pantahub/object-id.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { type DeviceRow, deviceTable } from "../tables/device-rows.ts";
import { deviceFilter } from "./device-filter.ts";
import { OWN_VIEW, PUBLIC_VIEW, showDevice, WHOLE_VIEW } from "./device-view.ts";
import { isItself, isOwner } from "./find-device.ts";

/** `GET /devices/:id`, where `id` may be a nick. */
export async function getDevice(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  const name = call.params.id;
  if (isId(name)) return jsonReply(await shownTo(hub, await hub.store.get(deviceTable, name), caller, 404));
  const owner = (await askedOwner(hub, parseQuery(call.search))) ?? caller.owner;
  return jsonReply(await shownTo(hub, await hub.find.deviceByOwnerAndNick.first([owner, name]), caller, 400));
}

/** `GET /devices/np/:owner/:nick` */
export async function getDeviceByPath(
  hub: Hub,
  call: Call<{ owner: string; nick: string }>,
  caller: Caller,
): Promise<HttpReply> {
  const owner = (await hub.accounts.named(call.params.owner))?.prn;
  const row = owner === undefined ? undefined : await hub.find.deviceByOwnerAndNick.first([owner, call.params.nick]);
  return jsonReply(await shownTo(hub, row, caller, 404));
}

async function shownTo(hub: Hub, row: DeviceRow | undefined, caller: Caller, unknown: number): Promise<DeviceResource> {
  if (row === undefined) throw new Refusal(unknown, "No such device");
  if (isOwner(caller, row) || isItself(caller, row)) return showDevice(hub, row, OWN_VIEW);
  if (row.public) return showDevice(hub, row, PUBLIC_VIEW);
  throw new Refusal(403, "The device belongs to somebody else");
}

/** `GET /devices/`: a user's own devices, or another's public ones; a device sees itself. */
export async function listDevices(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  const query = parseQuery(call.search);
  const asked = await askedOwner(hub, query);
  const foreign = asked !== undefined && asked !== caller.prn;
  const fits = deviceFilter(query, { foreign });
  const rows = await listed(hub, caller, asked ?? caller.prn);
  const visible = foreign ? rows.filter((row) => row.public) : rows;
  const shown = await Promise.all(visible.map((row) => showDevice(hub, row, foreign ? PUBLIC_VIEW : WHOLE_VIEW)));
  return jsonReply(shown.filter(fits));
}

async function listed(hub: Hub, caller: Caller, owner: string): Promise<readonly DeviceRow[]> {
  if (caller.device === "") return hub.find.devicesOfOwner.all([owner]);
  const itself = await hub.store.get(deviceTable, caller.device);
  return itself === undefined ? [] : [itself];
}

/** The PRN that `owner` or `owner-nick` asks for; an unknown nick is nobody's PRN. */
async function askedOwner(hub: Hub, query: QueryValues): Promise<string | undefined> {
  const prn = query["owner"];
  if (typeof prn === "string" && prn !== "") return prn;
  const nick = query["owner-nick"];
  if (typeof nick !== "string" || nick === "") return undefined;
  return (await hub.accounts.named(nick))?.prn ?? `unknown:${nick}`;
}
