import type { HttpReply } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { pvrRemote } from "../../wire/pantahub/pvr-remote.ts";
import { baseUrl } from "../http/base-url.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { trailTable } from "../tables/trail-rows.ts";
import { canonicalReplyOf } from "./canonical-reply.ts";
import { findStep, knownTrail, partIn, stepOf } from "./trail-access.ts";

/** `GET /trails/:id/.pvrremote`: of the newest step. Without access 403, so that `pvr` offers a login. */
export async function trailRemote(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  const trail = await knownTrail(hub, call.params.id);
  if ((await partIn(hub, trail, caller)) === "nobody") throw new Refusal(403, "The trail belongs to somebody else");
  return canonicalReplyOf(pvrRemote(baseUrl(hub, call.request), trail.id, trail.newest, "trail"));
}

/** `GET /trails/:id/steps/:rev/.pvrremote` */
export async function stepRemote(
  hub: Hub,
  call: Call<{ id: string; rev: string }>,
  caller: Caller,
): Promise<HttpReply> {
  const { trail, step } = await findStep(hub, call.params, caller);
  if (step === undefined) throw new Refusal(403, "No such step, or not yours");
  return canonicalReplyOf(pvrRemote(baseUrl(hub, call.request), trail.id, step.rev, "step"));
}

/** `GET /:user/:device/.pvrremote` and `…/:rev/.pvrremote`: lets `pvr clone user/device` work with this server as repository base. */
export async function namedRemote(
  hub: Hub,
  call: Call<{ user: string; device: string; rev?: string }>,
  caller: Caller,
): Promise<HttpReply> {
  const { user, device: nick, rev } = call.params;
  const owner = (await hub.accounts.named(user))?.prn;
  const device = owner === undefined ? undefined : await hub.find.deviceByOwnerAndNick.first([owner, nick]);
  const trail = device && (await hub.store.get(trailTable, device.id));
  if (trail === undefined || (await partIn(hub, trail, caller)) === "nobody")
    throw new Refusal(403, "No such device, or not yours");
  if (rev !== undefined && (await stepOf(hub, trail, rev)) === undefined) throw new Refusal(403, "No such step");
  const base = baseUrl(hub, call.request);
  return canonicalReplyOf(
    pvrRemote(base, trail.id, rev === undefined ? trail.newest : Number(rev), rev === undefined ? "trail" : "step"),
  );
}
