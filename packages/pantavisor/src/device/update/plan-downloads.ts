import type { HubObject } from "../../wire/hub-replies.ts";
import { isSha256 } from "../../wire/revision-name.ts";

/** What a device has of an object. */
export interface Present {
  /** SHA-256 of the object's file; `undefined` when there is none. */
  readonly sha256: string | undefined;
  /** Bytes of an interrupted download. */
  readonly partial: number;
}

/** What to fetch, from which byte on. */
export interface Fetch {
  readonly object: HubObject;
  readonly url: string;
  readonly from: number;
}

export type DownloadPlan =
  | { readonly ok: true; readonly fetches: readonly Fetch[]; readonly size: number; readonly present: number }
  | { readonly ok: false; readonly refusal: string };

/** Which of a step's objects have to be fetched. Refused when a name is no SHA-256, or when a missing object has no content at the hub. */
export function planDownloads(objects: readonly HubObject[], present: ReadonlyMap<string, Present>): DownloadPlan {
  const fetches: Fetch[] = [];
  let size = 0;
  let done = 0;
  for (const object of objects) {
    if (!isSha256(object.sha256))
      return { ok: false, refusal: `Object name is not a SHA-256: ${object.sha256.slice(0, 80)}` };
    size += object.size;
    const has = present.get(object.sha256);
    if (has?.sha256 === object.sha256) {
      done += object.size;
      continue;
    }
    if (object.url === undefined)
      return { ok: false, refusal: "Signature validation failed: No signed URL found for object" };
    const from = has !== undefined && has.partial <= object.size ? has.partial : 0;
    done += from;
    fetches.push({ object, url: object.url, from });
  }
  return { ok: true, fetches, size, present: done };
}
