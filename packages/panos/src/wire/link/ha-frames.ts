import { compileShape } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { jsonFrames } from "./json-frames.ts";

const text = Type.String({ maxLength: 4096 });
const role = Type.Union([
  Type.Literal("initial"),
  Type.Literal("active"),
  Type.Literal("passive"),
  Type.Literal("suspended"),
  Type.Literal("non-functional"),
]);

const statusShape = Type.Object({
  serial: text,
  role,
  since: Type.Number(),
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
});

export type HaRole = Static<typeof role>;
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
  /** The sender's running configuration, as a document; the receiver takes over the shared part. */
  Type.Object({ kind: Type.Literal("config"), text: Type.String() }),
]);

/**
 * What the members of a pair say to each other. A member becomes active only with the other's grant, or when the other is
 * dead: that is why there are never two actives.
 */
export type HaFrame = Static<typeof frameShape>;

const shape = compileShape(frameShape);

export const haProtocol = jsonFrames<HaFrame>("panos-ha", (frame): frame is HaFrame => shape.is(frame));
