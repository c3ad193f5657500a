import {
  type HttpReply,
  insert,
  type JsonObject,
  jsonReply,
  replace,
  StoreError,
  type Write,
} from "@understudy/kernel";
import { misfit } from "../../wire/pantahub/misfit.ts";
import { isSha256, type NewObject } from "../../wire/pantahub/object-resource.ts";
import { textMember } from "../http/body.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { type ObjectRow, objectTable, usageTable } from "../tables/object-rows.ts";
import { findPublicOwner } from "./links.ts";
import { objectTypeHeader, showObject } from "./object-view.ts";

/** Reads the body of a POST. Throws a `Refusal` with 400 for a missing or bad hash. */
export function parseNewObject(body: JsonObject): NewObject {
  const sha256sum = textMember(body, "sha256sum") ?? "";
  const id = textMember(body, "id") ?? "";
  if (!isSha256(sha256sum)) throw new Refusal(400, "sha256sum is not 64 hex digits");
  if (id !== "" && id !== sha256sum) throw new Refusal(400, "id and sha256sum differ");
  return {
    sha256sum,
    objectname: textMember(body, "objectname") ?? "",
    size: sizeOf(body),
    "mime-type": textMember(body, "mime-type", 256) || "application/octet-stream",
  };
}

/** `size` counts unless it is absent or `sizeint` is not zero. */
function sizeOf(body: JsonObject): number {
  const number = body["sizeint"] ?? 0;
  const size = typeof number === "number" && number !== 0 ? number : Number(digitsOf(body["size"] ?? "0"));
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw misfit("body.size", size, "a number of bytes");
}

function digitsOf(size: unknown): string {
  if (typeof size === "string" && /^\d{0,15}$/.test(size)) return size === "" ? "0" : size;
  throw misfit("body.size", size, "decimal digits in a text");
}

/** What became of an announcement: `there` needs no upload. */
interface Announced {
  readonly row: ObjectRow;
  readonly there: boolean;
}

/** Stores an announced object for its owner. 409 means: there already, nothing to upload. */
export async function announce(
  hub: Hub,
  base: string,
  owner: string,
  given: NewObject,
  options: { readonly link: boolean },
): Promise<HttpReply> {
  const { row, there } = await stored(hub, owner, given, options.link);
  return jsonReply(showObject(hub, base, row, { writable: true }), there ? 409 : 200, [objectTypeHeader(row)]);
}

async function stored(hub: Hub, owner: string, given: NewObject, link: boolean): Promise<Announced> {
  try {
    return await hub.store.change(() => decide(hub, owner, given, link));
  } catch (error) {
    // Two announced it at once: the other's record stands.
    if (error instanceof StoreError && error.code === "exists")
      return hub.store.change(() => decide(hub, owner, given, link));
    throw error;
  }
}

async function decide(
  hub: Hub,
  owner: string,
  given: NewObject,
  link: boolean,
): Promise<{ writes: Write[]; result: Announced }> {
  const known = await hub.store.get(objectTable, owner, given.sha256sum);
  if (known !== undefined && (known.uploaded || known.linkedTo !== null)) {
    return { writes: [], result: { row: known, there: true } };
  }
  const linkedTo = link ? ((await findPublicOwner(hub, given.sha256sum, owner)) ?? null) : null;
  const row = newRow(hub, owner, given, linkedTo, known);
  const writes = [known === undefined ? insert(objectTable, row) : replace(objectTable, known, row)];
  if (linkedTo === null) writes.push(...(await charged(hub, owner, row.size - (known?.size ?? 0))));
  return { writes, result: { row, there: linkedTo !== null } };
}

function newRow(
  hub: Hub,
  owner: string,
  given: NewObject,
  linkedTo: string | null,
  known: ObjectRow | undefined,
): ObjectRow {
  const now = hub.world.clock.now();
  return {
    owner,
    sha: given.sha256sum,
    name: given.objectname || (known?.name ?? ""),
    size: given.size,
    mime: given["mime-type"],
    uploaded: false,
    linkedTo,
    created: known?.created ?? now,
    modified: now,
  };
}

/** Puts bytes on an owner's account; refuses with 500 what is beyond the quota. */
export async function charged(hub: Hub, owner: string, bytes: number): Promise<Write[]> {
  if (bytes === 0) return [];
  const usage = await hub.store.get(usageTable, owner);
  const next = { owner, bytes: Math.max(0, (usage?.bytes ?? 0) + bytes) };
  if (bytes > 0 && next.bytes > hub.settings.quotaBytes) {
    throw new Refusal(500, `Quota exceeded: ${next.bytes} of ${hub.settings.quotaBytes} bytes`);
  }
  return [usage === undefined ? insert(usageTable, next) : replace(usageTable, usage, next)];
}

/** Gives an owner a record of somebody else's public content. False when nobody shows it. */
export async function linkObject(hub: Hub, owner: string, sha256sum: string, name: string): Promise<boolean> {
  const source = await findPublicOwner(hub, sha256sum, owner);
  const theirs = source === undefined ? undefined : await hub.store.get(objectTable, source, sha256sum);
  if (theirs === undefined) return false;
  const given: NewObject = { sha256sum, objectname: name, size: theirs.size, "mime-type": theirs.mime };
  return (await stored(hub, owner, given, true)).there;
}
