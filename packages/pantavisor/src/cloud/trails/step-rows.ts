import type { JsonObject } from "@understudy/kernel";
import { canonicalise, isPlainString } from "../../wire/pantahub/canonical-json.ts";
import { storageId } from "../../wire/pantahub/object-resource.ts";
import { isFinalStatus, isGoodStatus, type Progress } from "../../wire/pantahub/progress.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { linkObject } from "../objects/announce.ts";
import { objectTable } from "../tables/object-rows.ts";
import type { StepRow, TrailRow } from "../tables/trail-rows.ts";
import type { KnownState } from "./states.ts";

const NO_META: JsonObject = Object.freeze({});
const NO_OBJECTS: readonly string[] = Object.freeze([]);

/** What a new step is made of. */
export interface NewStep {
  readonly trail: string;
  readonly owner: string;
  readonly rev: number;
  readonly state: KnownState;
  readonly usedObjects: readonly string[];
  readonly progress: Progress;
  readonly message: string;
  readonly committer: string;
  readonly meta: JsonObject | undefined;
}

export function newStep(given: NewStep, now: number): StepRow {
  const meta = given.meta === undefined ? { value: NO_META, plain: true } : canonicalise(given.meta);
  const { trail, rev, state, progress, message, committer, usedObjects } = given;
  return {
    trail,
    rev,
    status: progress.status,
    progress,
    progressed: 0,
    state: state.value,
    sha: state.sha,
    message,
    committer,
    meta: meta.value,
    usedObjects,
    created: now,
    modified: now,
    plain:
      state.plain && meta.plain && canonicalise(progress).plain && isPlainString(message) && isPlainString(committer),
  };
}

/** Reads a state that is to become a step; refuses with 500 what is none, or what names objects that are not there. */
export async function acceptState(
  hub: Hub,
  owner: string,
  state: JsonObject,
  options: { readonly link: boolean },
): Promise<{ readonly known: KnownState; readonly usedObjects: readonly string[] }> {
  const known = hub.states.read(state);
  if (known.content.kind === "invalid") throw new Refusal(500, known.content.reason);
  const { objects } = known.content;
  if (objects.length === 0) return { known, usedObjects: NO_OBJECTS };
  for (const { name, sha256sum } of objects) {
    const row = await hub.store.get(objectTable, owner, sha256sum);
    const there = row !== undefined && (row.uploaded || row.linkedTo !== null);
    if (!there && !(options.link && (await linkObject(hub, owner, sha256sum, name)))) {
      throw new Refusal(500, `The object ${sha256sum} of ${JSON.stringify(name)} is not there`);
    }
  }
  return { known, usedObjects: [...new Set(objects.map((object) => storageId(owner, object.sha256sum)))] };
}

/** A trail's own numbers after a new step. */
export function withStep(trail: TrailRow, step: StepRow): TrailRow {
  const open = trail.open + (isFinalStatus(step.status) ? 0 : 1);
  return { ...trail, newest: Math.max(trail.newest, step.rev), open };
}

/**
 * A trail's own numbers after a step's status has changed. `undefined` where a step that counted does so no more and the
 * others have to be asked.
 */
export function withStatus(trail: TrailRow, before: StepRow, after: StepRow): TrailRow | undefined {
  const { rev, status } = after;
  if (rev === trail.shown && status === "NEW") return undefined;
  if (rev === trail.good && !isGoodStatus(status)) return undefined;
  const newlyShown = status !== "NEW" && rev >= trail.shown;
  return {
    ...trail,
    open: trail.open + Number(!isFinalStatus(status)) - Number(!isFinalStatus(before.status)),
    shown: newlyShown ? rev : trail.shown,
    status: newlyShown ? status : trail.status,
    good: isGoodStatus(status) ? Math.max(trail.good, rev) : trail.good,
  };
}
