import {
  type Blob,
  type Cloud,
  type JsonObject,
  type JsonValue,
  type Site,
  syntheticBlob,
  UsageError,
} from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { STATE_SPECS } from "../wire/pantahub/state-rules.ts";
import { PantahubClient } from "./pantahub-client.ts";
import { type Invitation, PantahubUser } from "./pantahub-user.ts";
import type { Revision } from "./revision.ts";

const account = Type.Object(
  { user: Type.String(), password: Type.String() },
  { additionalProperties: false, description: "Whose devices they are. Default: user1." },
);

/** Content of an object: a text, or so many made-up bytes that follow from a seed. */
const contentSchema = Type.Union([
  Type.String(),
  Type.Object(
    { bytes: Type.Integer({ minimum: 0, maximum: 2 ** 40 }), seed: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
]);

const publishSchema = Type.Object(
  {
    state: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "The state; entries of `objects` are added. Default: the empty system.",
      }),
    ),
    objects: Type.Optional(Type.Record(Type.String(), contentSchema, { description: "Objects by the state's keys." })),
    message: Type.Optional(Type.String()),
    as: Type.Optional(account),
  },
  { additionalProperties: false },
);

const inviteSchema = Type.Object(
  {
    deployment: Type.String(),
    release: Type.String(),
    vendorRelease: Type.Optional(Type.String()),
    earliestUpdate: Type.Optional(Type.String()),
    latestUpdate: Type.Optional(Type.String()),
    mandatory: Type.Optional(Type.Boolean()),
    as: Type.Optional(account),
  },
  { additionalProperties: false },
);

/** What a lab file's timeline, and the lab API, can do with Pantavisor devices. */
export const pantavisorActions = { publish: publishSchema, invite: inviteSchema } as const;

/** Carries out an action over Pantahub's public API, as the user who owns the devices. */
export async function actOnPantavisor(site: Site, action: string, args: JsonObject): Promise<JsonObject> {
  switch (action) {
    case "publish":
      return publish(site, args as Static<typeof publishSchema>); // valid by its schema
    case "invite":
      return invite(site, args as Static<typeof inviteSchema>); // valid by its schema
    default:
      throw new UsageError(
        "unknown-action",
        `Pantavisor has no action ${action}; it has ${Object.keys(pantavisorActions).join(", ")}.`,
        { action },
      );
  }
}

/** Posts a revision as the next step of each device; the objects go up once. Gives the revision by device. */
async function publish(site: Site, args: Static<typeof publishSchema>): Promise<JsonObject> {
  const user = userOf(site, args.as);
  const revision = await revisionOf(site, args);
  const revisions: Record<string, JsonValue> = {};
  let rest = revision;
  for (const id of site.devices) {
    const step = await user.publish(hubIdOf(site.cloud, id), rest);
    revisions[id] = step.rev;
    rest = { ...revision, objects: [] };
  }
  return { revisions };
}

async function invite(site: Site, args: Static<typeof inviteSchema>): Promise<JsonObject> {
  const { as, ...invitation } = args;
  const user = userOf(site, as);
  for (const id of site.devices) await user.invite(hubIdOf(site.cloud, id), invitation satisfies Invitation);
  return { invited: site.devices.length };
}

async function revisionOf(site: Site, args: Static<typeof publishSchema>): Promise<Revision> {
  const objects: { name: string; blob: Blob }[] = [];
  for (const [name, content] of Object.entries(args.objects ?? {})) {
    const blob =
      typeof content === "string"
        ? await site.world.blobs.put(content)
        : syntheticBlob(content.seed ?? name, content.bytes);
    objects.push({ name, blob });
  }
  const named = Object.fromEntries(objects.map(({ name, blob }) => [name, blob.sha256]));
  const state = { "#spec": STATE_SPECS[0] ?? "", ...(args.state as JsonObject | undefined), ...named };
  return { state, objects, ...(args.message === undefined ? {} : { message: args.message }) };
}

function userOf(site: Site, as: Static<typeof account> | undefined): PantahubUser {
  const endpoint = site.link.endpoints.http ?? site.link.endpoints.https;
  if (endpoint === undefined) throw new UsageError("no-endpoint", `${site.link.name} serves neither http nor https.`);
  const { user, password } = as ?? { user: "user1", password: "user1" };
  return new PantahubUser(new PantahubClient(site.world.network, endpoint), site.world.clock, user, password);
}

/** Pantahub's id of a lab device. */
function hubIdOf(cloud: Cloud, id: string): string {
  const prn = cloud.belief(id)?.prn;
  if (typeof prn === "string") return prn.slice(prn.lastIndexOf("/") + 1);
  throw new UsageError("not-registered", `${id} has not registered at its Pantahub yet.`, { id });
}
