import { createHash } from "node:crypto";
import type { JsonObject } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { convertedMessage } from "../message.ts";
import { canonicalJson } from "./canonical-json.ts";

const JsonMap = Type.Unsafe<JsonObject>(Type.Record(Type.String(), Type.Unknown()));

/** What a device is to become: the apps it runs and how it behaves. */
export const TargetState = Type.Object({
  apps: JsonMap,
  config: JsonMap,
  version: Type.Integer({ minimum: 0 }),
});
export type TargetState = Static<typeof TargetState>;

const TargetWire = Type.Object({
  apps: Type.Optional(Type.Union([JsonMap, Type.Array(Type.Unknown())])),
  config: Type.Optional(JsonMap),
  version: Type.Optional(Type.Integer({ minimum: 0 })),
});

/** The reply to a poll: the target under the device's uuid. */
export const targetReply = convertedMessage({
  name: "target",
  schema: Type.Record(Type.String(), TargetWire),
  parse: (wire): ReadonlyMap<string, TargetState> =>
    new Map(
      Object.entries(wire).map(([uuid, { apps, config, version }]) => [
        uuid,
        { apps: appMap(apps), config: config ?? {}, version: version ?? 1 },
      ]),
    ),
  render: (targets): JsonObject => Object.fromEntries(targets) as JsonObject, // Of apps, config and version: all JSON.
  describe: (targets) => [...targets].map(([uuid, { version }]) => `target ${version} for ${uuid}`).join(", "),
});

/** Apps by id. Some clouds send a list, in which each app names its `appId`. */
function appMap(apps: Static<typeof TargetWire>["apps"]): JsonObject {
  if (apps === undefined) return {};
  if (!Array.isArray(apps)) return apps as JsonObject; // The schema leaves a map or a list.
  const named = apps.filter((app): app is JsonObject => typeof app === "object" && app !== null && "appId" in app);
  return Object.fromEntries(named.map((app) => [String(app["appId"]), app]));
}

/** Entity tag of a target: quoted SHA-1 of its canonical JSON. */
export function etagOf({ version, apps, config }: TargetState): string {
  return `"${createHash("sha1").update(canonicalJson({ version, apps, config })).digest("hex")}"`;
}

/** Whether `If-None-Match` names this tag. Weak tags and lists are understood, `*` takes any. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch === "*") return true;
  return ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
