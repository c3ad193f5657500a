import { Type } from "typebox";
import { deviceSchema, panoramaOptions, versionSchema } from "../schemas.ts";

const text = Type.String({ minLength: 1 });

const failure = Type.Object(
  {
    /** Serial, or a glob over serials; absent: every firewall. */
    device: Type.Optional(text),
    operation: text,
    failure_rate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    nth: Type.Optional(Type.Integer({ minimum: 1 })),
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    error: Type.Optional(text),
    delay: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), text])),
  },
  { additionalProperties: false },
);

/** A scenario file: firewalls, what they have in common with their Panorama, and what is to fail. */
export const scenarioSchema = Type.Object(
  {
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    ...panoramaOptions,
    devices: Type.Array(
      Type.Object(
        { ...deviceSchema.properties, serial: text, hostname: text, current_version: versionSchema },
        { additionalProperties: false },
      ),
    ),
    failures: Type.Optional(Type.Array(failure)),
  },
  { additionalProperties: false },
);
