import { type HttpReply, type JsonObject, jsonReply, parseQuery, replace } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { isDeviceNick, UNREGISTERED_PREFIX } from "../../wire/pantahub/device-resource.ts";
import { misfit } from "../../wire/pantahub/misfit.ts";
import { devicePrn } from "../../wire/pantahub/prn.ts";
import { sameSecret } from "../auth/passwords.ts";
import { objectMember, readOptionalObject, textMember } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, shownTime } from "../hub.ts";
import { type DeviceRow, deviceTable } from "../tables/device-rows.ts";
import { changeDevice, changeReport } from "./change-device.ts";
import { showDevice, WHOLE_VIEW } from "./device-view.ts";
import { isItself, isOwner, knownDevice } from "./find-device.ts";
import { madeUpNick } from "./register.ts";

/** `PUT /devices/:id`: a claim while a challenge is stored, else a change by the owner or the device itself. */
export async function putDevice(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  const row = await knownDevice(hub, call.params.id);
  if (row.challenge !== "" && !isItself(caller, row)) return claim(hub, call, caller);
  if (!isOwner(caller, row) && !isItself(caller, row)) throw new Refusal(403, "The device belongs to somebody else");
  const body = await readOptionalObject(call.request);
  const report = isItself(caller, row) ? objectMember(body ?? {}, "device-meta") : undefined;
  if (report !== undefined) await changeReport(hub, row.id, call.via.remote, () => report);
  const changed = await changeDevice(
    hub,
    row.id,
    (now) => merged(now, body ?? {}, caller),
    caller.prn,
    "device.change",
  );
  return jsonReply(await showDevice(hub, changed, WHOLE_VIEW));
}

async function claim(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  if (caller.type !== "USER" && caller.type !== "SESSION") throw new Refusal(403, "Only users claim devices");
  const given = parseQuery(call.search)["challenge"];
  const words = typeof given === "string" ? given : "";
  const claimed = await hub.store.change(async () => {
    const row = await knownDevice(hub, call.params.id);
    if (row.challenge === "" || !sameSecret(words, row.challenge)) throw new Refusal(403, "The challenge is wrong");
    const nick = await freeNick(hub, row, caller.prn);
    const next: DeviceRow = { ...row, owner: caller.prn, challenge: "", nick, modified: hub.world.clock.now() };
    return { writes: [replace(deviceTable, row, next)], result: next };
  });
  hub.beliefs.device(claimed);
  hub.world.audit.record({ who: caller.prn, action: "device.claim", target: claimed.id, result: "done" });
  return jsonReply(await showDevice(hub, claimed, WHOLE_VIEW));
}

/** The device's own nick if the new owner has no other device of that name. */
async function freeNick(hub: Hub, row: DeviceRow, owner: string): Promise<string> {
  let nick = row.nick.startsWith(UNREGISTERED_PREFIX) ? madeUpNick(hub, owner, 0) : row.nick;
  for (let attempt = 1; (await hub.find.deviceByOwnerAndNick.first([owner, nick])) !== undefined; attempt++) {
    nick = madeUpNick(hub, owner, attempt);
  }
  return nick;
}

/** A device with what the body says put over it. Members that cannot be changed may be repeated, not altered. */
function merged(row: DeviceRow, body: JsonObject, caller: Caller): DeviceRow {
  const fixed = { id: row.id, prn: devicePrn(row.id), owner: row.owner, "time-created": shownTime(row.created) };
  for (const [name, value] of Object.entries(fixed)) {
    if (body[name] !== undefined && body[name] !== value) throw new Refusal(403, `${name} cannot be changed`);
  }
  if (body["secret"] === "") throw new Refusal(403, "A device needs a secret");
  const nick = textMember(body, "nick") ?? row.nick;
  if (!isDeviceNick(nick)) throw new Refusal(400, "A nick has letters, digits and _ - + % only");
  const isPublic = body["public"] ?? row.public;
  if (typeof isPublic !== "boolean") throw misfit("body.public", isPublic, "true or false");
  const itself = isItself(caller, row);
  if (itself && isPublic !== row.public) throw new Refusal(403, "A device cannot make itself public");
  const userMeta = itself ? row.userMeta : (objectMember(body, "user-meta") ?? row.userMeta);
  return { ...row, nick, secret: textMember(body, "secret") ?? row.secret, public: isPublic, userMeta };
}
