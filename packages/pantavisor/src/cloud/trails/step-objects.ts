import { emptyReply, type HttpReply } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { isSha256 } from "../../wire/pantahub/object-resource.ts";
import { readState, type StateObject } from "../../wire/pantahub/state-rules.ts";
import { baseUrl } from "../http/base-url.ts";
import { readObjectBody } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { announce, parseNewObject } from "../objects/announce.ts";
import { linksAllowed } from "../objects/object-endpoints.ts";
import { objectTypeHeader, showObject } from "../objects/object-view.ts";
import { type ObjectRow, objectTable } from "../tables/object-rows.ts";
import type { StepRow, TrailRow } from "../tables/trail-rows.ts";
import { CANONICAL_HEADERS, canonicalReplyOf } from "./canonical-reply.ts";
import { findStep } from "./trail-access.ts";

type NamedStep = Call<{ id: string; rev: string }>;
type ObjectOfStep = Call<{ id: string; rev: string; sha: string }>;

/** `GET …/objects`: one for each entry of the state that is not inline, named as the state names it. */
export async function listStepObjects(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  const { trail, step } = await findStep(hub, call.params, caller);
  if (step === undefined) throw new Refusal(404, "No such step");
  const base = baseUrl(hub, call.request);
  const writable = caller.device === "" && caller.prn === trail.owner;
  const shown = await Promise.all(
    entriesOf(step).map(async ({ name, sha256sum }) => {
      const row = await hub.store.get(objectTable, trail.owner, sha256sum);
      return row === undefined ? [] : [showObject(hub, base, row, { name, writable })];
    }),
  );
  return canonicalReplyOf(shown.flat());
}

/** `GET …/objects/:sha` */
export async function getStepObject(hub: Hub, call: ObjectOfStep, caller: Caller): Promise<HttpReply> {
  const { trail, row, name } = await objectOfStep(hub, call, caller);
  const writable = caller.device === "" && caller.prn === trail.owner;
  const shown = showObject(hub, baseUrl(hub, call.request), row, { name, writable });
  return canonicalReplyOf(shown, [...CANONICAL_HEADERS, objectTypeHeader(row)]);
}

/** `GET …/objects/:sha/blob` */
export async function getStepBlob(hub: Hub, call: ObjectOfStep, caller: Caller): Promise<HttpReply> {
  const { row, name } = await objectOfStep(hub, call, caller);
  const shown = showObject(hub, baseUrl(hub, call.request), row, { name, writable: false });
  return emptyReply(302, [["Location", shown["signed-geturl"]]]);
}

/** `POST …/objects`: like `POST /objects/`, for the owner of the trail. */
export async function postStepObject(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  const { trail, step, part } = await findStep(hub, call.params, caller);
  if (step === undefined || (part !== "owner" && part !== "device"))
    throw new Refusal(403, "No such step, or not yours");
  const given = parseNewObject(await readObjectBody(call.request));
  return announce(hub, baseUrl(hub, call.request), trail.owner, given, { link: linksAllowed(call) });
}

async function objectOfStep(
  hub: Hub,
  call: ObjectOfStep,
  caller: Caller,
): Promise<{ readonly trail: TrailRow; readonly row: ObjectRow; readonly name: string }> {
  const { sha } = call.params;
  const { trail, step } = await findStep(hub, call.params, caller);
  const entry = step && isSha256(sha) ? entriesOf(step).find((object) => object.sha256sum === sha) : undefined;
  const row = entry && (await hub.store.get(objectTable, trail.owner, sha));
  if (entry === undefined || row === undefined) throw new Refusal(403, "No such object in this step");
  return { trail, row, name: entry.name };
}

function entriesOf(step: StepRow): readonly StateObject[] {
  const content = readState(step.state);
  return content.kind === "valid" ? content.objects : [];
}
