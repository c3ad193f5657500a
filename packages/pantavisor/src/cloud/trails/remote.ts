import type { HttpReply } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { pvrRemote } from "../../wire/pantahub/pvr-remote.ts";
import { baseUrl } from "../http/base-url.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { canonicalReplyOf } from "./canonical-reply.ts";
import { findStep, knownTrail, partIn } from "./trail-access.ts";

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
