import { compileShape } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { jsonFrames } from "./json-frames.ts";

const text = Type.String({ maxLength: 4096 });
const role = Type.Union([
  Type.Literal("initial"),
  Type.Literal("active"),
  Type.Literal("passive"),
  Type.Literal("tentative"),
  Type.Literal("suspended"),
  Type.Literal("non-functional"),
]);

const statusShape = Type.Object({
  serial: text,
  role,
  since: Type.Number(),
  mode: Type.Union([Type.Literal("active-passive"), Type.Literal("active-active")]),
  deviceId: Type.Integer(),
  /** Why it is out of service; absent while it is in service. */
  reason: Type.Optional(text),
  /** When it was out of service last, and why. */
  lastError: Type.Optional(Type.Object({ role, reason: text })),
  /** The term in which it was last active; 0: never since its boot. */
  ledTerm: Type.Integer(),
  priority: Type.Integer(),
  preemptive: Type.Boolean(),
  ready: Type.Boolean(),
  model: text,
  version: text,
  appVersion: text,
  mgmtIp: text,
  ha1Ip: text,
  /** As the scenario says, without what varies with time. */
  sessions: Type.Integer(),
  /** Stands for the shared part of its running configuration. */
  configDigest: text,
  /** It is taking over a configuration. */
  syncing: Type.Boolean(),
  /** Its link for sessions works. */
  ha2: Type.Boolean(),
});

/**
 * A member's role. `active` and `passive` are the roles of an active/passive pair; in an active/active pair they are those of
 * the active-primary and the active-secondary. `tentative` exists in active/active pairs only.
 */
export type HaRole = Static<typeof role>;
export type HaMode = HaStatus["mode"];
/** What one member of a pair tells the other. */
export type HaStatus = Static<typeof statusShape>;

const frameShape = Type.Union([
  Type.Object({ kind: Type.Literal("status"), status: statusShape }),
  Type.Object({ kind: Type.Literal("claim"), term: Type.Integer(), preempts: Type.Boolean() }),
  Type.Object({ kind: Type.Literal("grant"), term: Type.Integer() }),
  Type.Object({ kind: Type.Literal("deny"), term: Type.Integer() }),
  Type.Object({
    kind: Type.Literal("order"),
    role: Type.Union([Type.Literal("suspended"), Type.Literal("functional")]),
  }),
  Type.Object({ kind: Type.Literal("image"), version: text }),
  /** A configuration of the sender's, as a document; the receiver takes over the shared part. */
  Type.Object({
    kind: Type.Literal("config"),
    what: Type.Union([Type.Literal("running"), Type.Literal("candidate")]),
    text: Type.String(),
  }),
  /** Anything else that is synchronised: it takes a job, and changes nothing that can be seen. */
  Type.Object({ kind: Type.Literal("sync"), what: text }),
]);

/**
 * What the members of a pair say to each other. A member becomes active only with the other's grant, or when the other is
 * dead: that is why there are never two actives.
 */
export type HaFrame = Static<typeof frameShape>;

const shape = compileShape(frameShape);

export const haProtocol = jsonFrames<HaFrame>("panos-ha", (frame): frame is HaFrame => shape.is(frame));

/** A role by the name that PAN-OS shows in a mode. */
export function roleName(role: HaRole, mode: HaMode): string {
  if (mode === "active-passive") return role;
  if (role === "active") return "active-primary";
  return role === "passive" ? "active-secondary" : role;
}
