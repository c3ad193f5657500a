import {
  OBJECT_TYPE_HEADER,
  type ObjectRecord,
  type ObjectResource,
  storageId,
} from "../../wire/pantahub/object-resource.ts";
import { type Hub, shownTime } from "../hub.ts";
import type { ObjectRow } from "../tables/object-rows.ts";
import { signUrl } from "./signed-urls.ts";

/** An object's record as lists show it. `name` stands for the stored one where a step calls the object otherwise. */
export function objectRecord(row: ObjectRow, name = row.name): ObjectRecord {
  return {
    id: row.sha,
    "storage-id": storageId(row.owner, row.sha),
    owner: row.owner,
    objectname: name,
    sha256sum: row.sha,
    size: String(row.size),
    sizeint: row.size,
    "mime-type": row.mime,
    "time-created": shownTime(row.created),
    "time-modified": shownTime(row.modified),
  };
}

/** An object with the URLs of its content. `writable` is false for callers that only read. */
export function showObject(
  hub: Hub,
  base: string,
  row: ObjectRow,
  options: { readonly name?: string; readonly writable: boolean },
): ObjectResource {
  const name = options.name ?? row.name;
  const ticket = { owner: row.linkedTo ?? row.owner, sha: row.sha, size: row.size, name };
  const sink = row.linkedTo !== null;
  return {
    ...objectRecord(row, name),
    "signed-puturl": options.writable ? signUrl(hub, base, { ...ticket, method: "PUT", sink }) : "",
    "signed-geturl": signUrl(hub, base, { ...ticket, method: "GET", sink: false }),
    now: String(Math.floor(hub.world.clock.now() / 1000)),
    "expire-time": "15",
  };
}

/** The header that tells an own object from a link. */
export const objectTypeHeader = (row: ObjectRow): readonly [string, string] => [
  OBJECT_TYPE_HEADER,
  row.linkedTo === null ? "object" : "link",
];
