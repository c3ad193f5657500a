import { type HttpReply, insert, type JsonObject, replace, StoreError, type Write } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { misfit } from "../../wire/pantahub/misfit.ts";
import { NEW_PROGRESS, progressOf } from "../../wire/pantahub/progress.ts";
import { objectMember, readObjectBody, textMember } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { linksAllowed } from "../objects/object-endpoints.ts";
import { type StepRow, stepTable, type TrailRow, trailTable } from "../tables/trail-rows.ts";
import { canonicalReply } from "./canonical-reply.ts";
import { acceptState, newStep, withStep } from "./step-rows.ts";
import { knownTrail, partIn } from "./trail-access.ts";
import { stepResource, trailResource } from "./trail-view.ts";

/** `rev` in the body: append after the highest. */
const APPEND = -1;

/** `POST /trails/`: a device brings its factory state, which becomes step 0. */
export async function postTrail(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  if (caller.device === "") throw new Refusal(403, "Only devices create trails");
  if (caller.owner === "") throw new Refusal(403, "The device has no owner yet; log in again after it was claimed");
  const { device: id, owner } = caller;
  const body = await readObjectBody(call.request);
  await mustHaveNone(hub, id);
  const { known, usedObjects } = await acceptState(hub, owner, body, { link: linksAllowed(call) });
  const now = hub.world.clock.now();
  const message = "Factory State (rev 0)";
  const given = { trail: id, owner, rev: 0, state: known, usedObjects, message, committer: "", meta: undefined };
  const step = newStep({ ...given, progress: progressOf("DONE", 100, "") }, now);
  const trail: TrailRow = { id, owner, touched: 0, newest: 0, shown: 0, status: step.status, good: 0, open: 0 };
  try {
    await hub.store.commit([insert(trailTable, trail), insert(stepTable, step)]);
  } catch (error) {
    if (error instanceof StoreError && error.code === "exists") throw new Refusal(500, "The trail exists already");
    throw error;
  }
  hub.beliefs.trail(trail);
  return canonicalReply(trailResource(trail, step), step.plain);
}

async function mustHaveNone(hub: Hub, id: string): Promise<void> {
  if ((await hub.store.get(trailTable, id)) !== undefined) throw new Refusal(500, "The trail exists already");
}

/** `POST /trails/:id/steps` */
export async function postStep(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  const trail = await knownTrail(hub, call.params.id);
  const part = await partIn(hub, trail, caller);
  if (part !== "owner" && part !== "device") throw new Refusal(403, "The trail belongs to somebody else");
  const body = await readObjectBody(call.request);
  const { known, usedObjects } = await acceptState(hub, trail.owner, objectMember(body, "state") ?? {}, {
    link: linksAllowed(call),
  });
  const asked = revisionOf(body);
  const given = {
    trail: trail.id,
    owner: trail.owner,
    state: known,
    usedObjects,
    progress: NEW_PROGRESS,
    message: textMember(body, "commit-msg", 65_536) ?? "",
    committer: textMember(body, "committer") ?? "",
    meta: objectMember(body, "meta"),
  };
  const { step, after } = await appended(hub, async () => {
    const now = await knownTrail(hub, trail.id);
    const rev = asked === APPEND ? now.newest + 1 : asked;
    if (rev <= now.newest) throw new Refusal(500, `Revision ${rev} exists already`);
    if (rev > now.newest + 1) throw new Refusal(500, `Revision ${rev - 1}, which would be its predecessor, is missing`);
    const step = newStep({ ...given, rev }, hub.world.clock.now());
    const after = withStep(now, step);
    return { writes: [insert(stepTable, step), replace(trailTable, now, after)], result: { step, after } };
  });
  hub.world.audit.record({
    who: caller.prn,
    action: "step.create",
    target: `${step.trail}-${step.rev}`,
    result: "done",
  });
  hub.beliefs.trail(after);
  return canonicalReply(stepResource(after, step), step.plain);
}

type Decided = { readonly writes: Write[]; readonly result: { readonly step: StepRow; readonly after: TrailRow } };

/** Two that append at once must not get one revision: whoever comes second decides anew. */
async function appended(hub: Hub, decide: () => Promise<Decided>): Promise<Decided["result"]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await hub.store.change(decide);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "exists" || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

const MAX_ATTEMPTS = 20;

function revisionOf(body: JsonObject): number {
  const rev = body["rev"] ?? 0;
  if (typeof rev === "number" && Number.isSafeInteger(rev) && rev >= APPEND) return rev;
  throw misfit("body.rev", rev, "an integer of at least -1");
}
