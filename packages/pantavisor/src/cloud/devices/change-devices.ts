import { type HttpReply, jsonReply, remove, removeWhere, type Write } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { isDeviceNick } from "../../wire/pantahub/device-resource.ts";
import { asObject, readJsonBody, textMember } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { type DeviceRow, deviceReportTable, deviceTable } from "../tables/device-rows.ts";
import { stepTable, trailTable } from "../tables/trail-rows.ts";
import { changeDevice } from "./change-device.ts";
import { type DeviceView, showDevice, WHOLE_VIEW } from "./device-view.ts";
import { isItself, isOwner, knownDevice } from "./find-device.ts";

type IdentifiedDevice = Call<{ id: string }>;

const WITHOUT_SECRETS: DeviceView = { secret: false, challenge: false, metadata: true };

/** `PATCH /devices/:id`: a new nick. */
export async function patchDevice(hub: Hub, call: IdentifiedDevice, caller: Caller): Promise<HttpReply> {
  const row = await knownDevice(hub, call.params.id);
  if (row.owner === "" || !(isOwner(caller, row) || isItself(caller, row))) {
    throw new Refusal(403, "The device belongs to somebody else");
  }
  const nick = textMember(await patchBody(call), "nick") ?? "";
  if (!isDeviceNick(nick)) throw new Refusal(400, "A nick has letters, digits and _ - + % only");
  const changed = await changeDevice(hub, row.id, (now) => ({ ...now, nick }), caller.prn, "device.nick");
  return jsonReply(await showDevice(hub, changed, WITHOUT_SECRETS));
}

/** This one endpoint answers 500 where others answer 400. */
async function patchBody(call: IdentifiedDevice) {
  try {
    return asObject(await readJsonBody(call.request));
  } catch {
    throw new Refusal(500, "The body is not a JSON object");
  }
}

/** `PUT /devices/:id/public` and `DELETE` of it. */
export function setPublic(isPublic: boolean) {
  return async (hub: Hub, call: IdentifiedDevice, caller: Caller): Promise<HttpReply> => {
    const row = await knownDevice(hub, call.params.id);
    if (!isOwner(caller, row)) throw new Refusal(403, "Only the owner makes a device public or private");
    const changed = await changeDevice(
      hub,
      row.id,
      (now) => ({ ...now, public: isPublic }),
      caller.prn,
      "device.public",
    );
    return jsonReply(await showDevice(hub, changed, WHOLE_VIEW));
  };
}

/** `DELETE /devices/:id`: device, trail and steps are gone. Its objects, which belong to the owner, stay. */
export async function deleteDevice(hub: Hub, call: IdentifiedDevice, caller: Caller): Promise<HttpReply> {
  const { row, shown } = await hub.store.change(async () => {
    const row = await knownDevice(hub, call.params.id);
    if (!isOwner(caller, row)) throw new Refusal(403, "The device belongs to somebody else");
    const shown = await showDevice(hub, row, WHOLE_VIEW);
    return { writes: await removals(hub, row), result: { row, shown } };
  });
  hub.beliefs.forget(row.id);
  hub.contacts.forget(row.id);
  hub.world.audit.record({ who: caller.prn, action: "device.delete", target: row.id, result: "done" });
  return jsonReply({ ...shown, garbage: true });
}

async function removals(hub: Hub, row: DeviceRow): Promise<Write[]> {
  const report = await hub.store.get(deviceReportTable, row.id);
  const trail = await hub.store.get(trailTable, row.id);
  return [
    remove(deviceTable, row),
    ...(report === undefined ? [] : [remove(deviceReportTable, report)]),
    ...(trail === undefined
      ? []
      : [remove(trailTable, trail), removeWhere(stepTable, { where: [["trail", "="]] }, [row.id])]),
  ];
}
