import type { HttpReply } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { stepTable, type TrailRow, trailTable } from "../tables/trail-rows.ts";
import { canonicalReply, canonicalReplyOf } from "./canonical-reply.ts";
import { findStep, knownTrail, partIn } from "./trail-access.ts";
import { stepResource, trailResource } from "./trail-view.ts";

type NamedStep = Call<{ id: string; rev: string }>;

/** `GET /trails/`: a device's own trail, or a user's. */
export async function listTrails(hub: Hub, _call: Call, caller: Caller): Promise<HttpReply> {
  return canonicalReplyOf(await Promise.all((await trailsOf(hub, caller)).map((trail) => withFactory(hub, trail))));
}

export async function trailsOf(hub: Hub, caller: Caller): Promise<readonly TrailRow[]> {
  if (caller.device === "") return hub.find.trailsOfOwner.all([caller.prn]);
  const trail = await hub.store.get(trailTable, caller.device);
  return trail === undefined ? [] : [trail];
}

const withFactory = async (hub: Hub, trail: TrailRow) =>
  trailResource(trail, await hub.store.get(stepTable, trail.id, 0));

/** `GET /trails/:id` */
export async function getTrail(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  const trail = await knownTrail(hub, call.params.id);
  if ((await partIn(hub, trail, caller)) === "nobody") throw new Refusal(500, "No such trail");
  return canonicalReplyOf(await withFactory(hub, trail));
}

/** `GET /trails/:id/steps/:rev`. The mocker asks for the next revision all the time and takes the error as "no update". */
export async function getStep(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  const { id } = call.params;
  const trail = await hub.store.get(trailTable, id);
  if (trail === undefined) return hub.incidents.reply(500, "No such step");
  const { step } = await findStep(hub, call.params, caller);
  if (step === undefined) return hub.incidents.reply(500, "No such step");
  return canonicalReply(stepResource(trail, step), step.plain);
}

const NO_STATE: HttpReply = canonicalReply(Object.freeze({}), true);

/** `GET …/state`: of a step that is not there, an empty map. */
export async function getState(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  const { step, part } = await findStep(hub, call.params, caller);
  if (part === "nobody") throw new Refusal(403, "The trail belongs to somebody else");
  return step === undefined ? NO_STATE : canonicalReply(step.state, step.plain);
}

/** `GET …/meta` */
export async function getMeta(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  const { step } = await findStep(hub, call.params, caller);
  if (step === undefined) throw new Refusal(403, "No such step");
  return canonicalReply(step.meta, step.plain);
}
