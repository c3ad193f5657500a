import { Type } from "typebox";

const duration = Type.Union([Type.String(), Type.Number({ minimum: 0 })]);
const name = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$" });
const anyObject = Type.Record(Type.String(), Type.Unknown());

/** A fault rule in a lab file. */
export const faultShape = Type.Object(
  {
    family: Type.Optional(Type.String()),
    device: Type.Optional(Type.String()),
    operation: Type.String(),
    nth: Type.Optional(Type.Integer({ minimum: 1 })),
    rate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    error: Type.Optional(Type.String()),
    delay: Type.Optional(duration),
  },
  { additionalProperties: false },
);

/** A fleet in a lab file; every further key is an option of each of its devices. */
export const fleetShape = Type.Object({
  family: Type.String(),
  name: Type.Optional(name),
  cloud: Type.Optional(name),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
  devices: Type.Optional(Type.Array(anyObject, { minItems: 1 })),
  decide: Type.Optional(Type.Record(Type.String(), Type.String())),
});

/** The skeleton of a lab file; clouds, devices and actions are then checked with their families' own shapes. */
export const labShape = Type.Object(
  {
    seed: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
    duration: Type.Optional(duration),
    timing: Type.Optional(Type.Unknown()),
    families: Type.Optional(Type.Record(Type.String(), Type.String())),
    clouds: Type.Optional(Type.Record(Type.String(), Type.Union([anyObject, Type.Array(anyObject), Type.Null()]))),
    fleets: Type.Optional(Type.Array(fleetShape)),
    faults: Type.Optional(Type.Array(faultShape)),
    timeline: Type.Optional(Type.Array(Type.Intersect([Type.Object({ at: duration }), anyObject]))),
  },
  { additionalProperties: false },
);
