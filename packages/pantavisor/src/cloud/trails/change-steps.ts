import { type HttpReply, json, replace } from "@understudy/kernel";
import { canonicalise, isPlainString } from "../../wire/pantahub/canonical-json.ts";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { isAnonymousPrn } from "../../wire/pantahub/prn.ts";
import { type Progress, parseProgress, progressOf } from "../../wire/pantahub/progress.ts";
import { readJsonBody, readObjectBody } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { linksAllowed } from "../objects/object-endpoints.ts";
import { type StepRow, stepTable } from "../tables/trail-rows.ts";
import { canonicalReply } from "./canonical-reply.ts";
import { progressWrites } from "./commit-step.ts";
import { acceptState } from "./step-rows.ts";
import { findStep, knownTrail, stepOf } from "./trail-access.ts";

type NamedStep = Call<{ id: string; rev: string }>;

/** `PUT …/progress`: by the device; what it says replaces what was there. */
export async function putProgress(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  if (caller.device === "") throw new Refusal(403, "Only the device itself reports its progress");
  if (caller.device !== call.params.id) throw new Refusal(400, "The trail is another device's");
  const { value: progress, plain } = canonicalise(parseProgress(await readJsonBody(call.request)));
  await changeProgress(hub, call.params, (step, now) => ({
    ...step,
    progress,
    status: progress.status,
    progressed: now,
    modified: now,
  }));
  return canonicalReply(progress, plain);
}

/** `PUT …/cancel` of a new step, `PUT …/wontgo` of one in progress. */
export function endStep(from: string, to: "CANCEL" | "WONTGO", message: string) {
  return async (hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> => {
    const { part } = await findStep(hub, call.params, caller);
    if (part !== "owner" || caller.type !== "USER" || isAnonymousPrn(caller.prn))
      throw new Refusal(400, "Only the owner ends a step");
    const progress = progressOf(to, 100, message);
    await changeProgress(hub, call.params, (step, now) => {
      if (step.status !== from) throw new Refusal(400, `The step is ${step.status}, not ${from}`);
      return { ...step, progress, status: to, progressed: now, modified: now };
    });
    hub.world.audit.record({
      who: caller.prn,
      action: `step.${to.toLowerCase()}`,
      target: `${call.params.id}-${call.params.rev}`,
      result: "done",
    });
    return { ...canonicalReply(progress, true), body: json(progress) };
  };
}

async function changeProgress(
  hub: Hub,
  at: { readonly id: string; readonly rev: string },
  decide: (step: StepRow, now: number) => StepRow & { readonly progress: Progress },
): Promise<void> {
  const trail = await hub.store.change(async () => {
    const trail = await knownTrail(hub, at.id).catch(() => undefined);
    const step = trail && (await stepOf(hub, trail, at.rev));
    if (trail === undefined || step === undefined) throw new Refusal(400, "No such step");
    const after = decide(step, hub.world.clock.now());
    const { writes, trail: next } = await progressWrites(hub, trail, step, { ...after, plain: isPlain(after) });
    return { writes, result: next };
  });
  hub.beliefs.trail(trail);
}

/** `PUT …/state`: by the owner, while no device has seen the step. */
export async function putState(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  const body = await readObjectBody(call.request);
  const changed = await changeStep(hub, call, caller, async (step, owner) => {
    if (step.status !== "NEW") throw new Refusal(500, `The step is ${step.status}, not NEW`);
    const { known, usedObjects } = await acceptState(hub, owner, body, { link: linksAllowed(call) });
    return { ...step, state: known.value, sha: known.sha, usedObjects };
  });
  return canonicalReply(changed.state, changed.plain);
}

/** `PUT …/meta`: by the owner. */
export async function putMeta(hub: Hub, call: NamedStep, caller: Caller): Promise<HttpReply> {
  const { value: meta } = canonicalise(await readObjectBody(call.request));
  const changed = await changeStep(hub, call, caller, async (step) => ({ ...step, meta }));
  return canonicalReply(changed.meta, changed.plain);
}

async function changeStep(
  hub: Hub,
  call: NamedStep,
  caller: Caller,
  decide: (step: StepRow, owner: string) => Promise<StepRow>,
): Promise<StepRow> {
  const changed = await hub.store.change(async () => {
    const { trail, step, part } = await findStep(hub, call.params, caller);
    if (part !== "owner") throw new Refusal(403, "The trail belongs to somebody else");
    if (step === undefined) throw new Refusal(500, "No such step");
    const after = { ...(await decide(step, trail.owner)), modified: hub.world.clock.now() };
    const next = { ...after, plain: isPlain(after) };
    return { writes: [replace(stepTable, step, next)], result: next };
  });
  hub.world.audit.record({
    who: caller.prn,
    action: "step.change",
    target: `${changed.trail}-${changed.rev}`,
    result: "done",
  });
  return changed;
}

const isPlain = (step: StepRow): boolean =>
  canonicalise(step.state).plain &&
  canonicalise(step.meta).plain &&
  canonicalise(step.progress).plain &&
  isPlainString(step.message) &&
  isPlainString(step.committer);
