import { type Static, Type } from "typebox";

// The lab API's shapes, version 1. Browser code reads this file: it imports nothing of Node.

/** An open object, such as a device's state. */
export const JsonMap = Type.Record(Type.String(), Type.Unknown());

const CheckShape = Type.Object({
  status: Type.Union([Type.Literal("ok"), Type.Literal("failing")]),
  text: Type.Optional(Type.String()),
});

export const HealthShape = Type.Object({
  status: Type.Union([Type.Literal("ok"), Type.Literal("failing")]),
  server: Type.String(),
  checks: Type.Record(Type.String(), CheckShape),
  lab: Type.Object({
    name: Type.String(),
    /** The lab's own time. */
    time: Type.String({ format: "date-time" }),
    clock: Type.Union([Type.Literal("real"), Type.Literal("virtual")]),
    devices: Type.Integer(),
    /** Number of the newest event. */
    events: Type.Integer(),
  }),
});
export type Health = Static<typeof HealthShape>;

export const QuestionShape = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  text: Type.String(),
  choices: Type.Array(Type.String()),
  otherwise: Type.String({ description: "What is taken when nobody answers until the deadline" }),
  deadline: Type.Number({ description: "Milliseconds since 1970 in the lab's time" }),
});
export type OpenQuestion = Static<typeof QuestionShape>;

export const DeviceSummaryShape = Type.Object({
  id: Type.String(),
  family: Type.String(),
  cloud: Type.Optional(Type.String()),
  on: Type.Boolean(),
  phase: Type.String(),
  question: Type.Optional(QuestionShape),
});
export type DeviceSummary = Static<typeof DeviceSummaryShape>;

export const DevicePageShape = Type.Object({
  devices: Type.Array(DeviceSummaryShape),
  total: Type.Integer({ description: "Devices in the lab, before any filter" }),
  next: Type.Optional(Type.String({ description: "Give it as `after` for the next page; absent on the last one" })),
});
export type DevicePage = Static<typeof DevicePageShape>;

const DifferenceShape = Type.Object({
  key: Type.String(),
  belief: Type.Unknown({ description: "What the cloud believes" }),
  reality: Type.Unknown({ description: "What the device really is" }),
});

export const DeviceDetailsShape = Type.Object({
  ...DeviceSummaryShape.properties,
  state: JsonMap,
  belief: Type.Union([JsonMap, Type.Null()], { description: "Null where the cloud does not know the device" }),
  differences: Type.Array(DifferenceShape),
});
export type DeviceDetails = Static<typeof DeviceDetailsShape>;

const AskedShape = Type.Object({ device: Type.String(), family: Type.String(), question: QuestionShape });

export const QuestionsShape = Type.Object({ questions: Type.Array(AskedShape), next: Type.Optional(Type.String()) });
export type Questions = Static<typeof QuestionsShape>;

const LedgerRowShape = Type.Object({
  device: Type.String(),
  family: Type.String(),
  phase: Type.String(),
  differences: Type.Array(DifferenceShape),
});

export const LedgerShape = Type.Object({ rows: Type.Array(LedgerRowShape), next: Type.Optional(Type.String()) });
export type Ledger = Static<typeof LedgerShape>;

const FamilyShape = Type.Object({
  name: Type.String(),
  phases: Type.Array(Type.Object({ name: Type.String(), tone: Type.String() })),
  actions: Type.Record(Type.String(), Type.Unknown(), { description: "JSON schema of each action's arguments" }),
  operations: Type.Array(Type.String(), { description: "Where faults may strike" }),
  force: Type.Optional(
    Type.Unknown({ description: "JSON schema of what devices can be forced to be; absent: nothing" }),
  ),
});
export const FamiliesShape = Type.Object({ families: Type.Array(FamilyShape) });
export type Families = Static<typeof FamiliesShape>;

export const AnswerShape = Type.Object(
  { question: Type.String(), choice: Type.String() },
  { additionalProperties: false },
);

export const PowerShape = Type.Object(
  {
    power: Type.Union([Type.Literal("on"), Type.Literal("off"), Type.Literal("cut")], {
      description: "`cut` pulls the plug: what was not synced may be gone",
    }),
  },
  { additionalProperties: false },
);
export type PowerChange = Static<typeof PowerShape>;

/** `by`: a duration as in lab files, such as `90s` or `2h`, or seconds. */
export const AdvanceShape = Type.Object(
  { by: Type.Union([Type.String(), Type.Number()], { description: "A duration such as 90s or 2h, or seconds" }) },
  { additionalProperties: false },
);

export const LabTimeShape = Type.Object({
  time: Type.String({ format: "date-time" }),
  clock: Type.Union([Type.Literal("real"), Type.Literal("virtual")]),
});
export type LabTime = Static<typeof LabTimeShape>;

export const CloudsShape = Type.Object({
  clouds: Type.Array(
    Type.Object({
      name: Type.String(),
      tells: Type.Boolean({ description: "It answers below /clouds/NAME/" }),
    }),
  ),
});
export type Clouds = Static<typeof CloudsShape>;

export const ActionShape = Type.Object(
  {
    args: Type.Optional(JsonMap),
    devices: Type.Optional(Type.Array(Type.String(), { description: "Ids; absent: all devices of the family" })),
  },
  { additionalProperties: false },
);
export type Action = Static<typeof ActionShape>;

export const ActionResultShape = Type.Object({ result: JsonMap });
export type ActionResult = Static<typeof ActionResultShape>;

/** A rule of the lab's fault book. Rules are asked in order; the first that matches and strikes decides. */
export const FaultShape = Type.Object(
  {
    family: Type.Optional(Type.String({ description: "Absent: every family" })),
    device: Type.Optional(Type.String({ description: "Id or glob; absent: every device" })),
    operation: Type.String({ minLength: 1, description: "One of the family's operations, or a glob" }),
    nth: Type.Optional(
      Type.Integer({ minimum: 1, description: "From the nth attempt on; without times, exactly then" }),
    ),
    rate: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "Per attempt; default 1" })),
    times: Type.Optional(Type.Integer({ minimum: 1, description: "At most so often per device" })),
    error: Type.Optional(Type.String({ description: "What goes wrong" })),
    delayMs: Type.Optional(
      Type.Integer({ minimum: 0, description: "It takes so much longer; alone, it does not fail" }),
    ),
  },
  { additionalProperties: false },
);
export type FaultRuleBody = Static<typeof FaultShape>;

export const FaultsShape = Type.Object({ faults: Type.Array(FaultShape) });
export type Faults = Static<typeof FaultsShape>;

/** One event on the stream. */
export const EventShape = Type.Object({
  n: Type.Integer({ description: "Number in the lab, from 1; also the stream's event id" }),
  t: Type.Number({ description: "Milliseconds since 1970 in the lab's time" }),
  source: Type.String(),
  seq: Type.Integer(),
  type: Type.String(),
  change: JsonMap,
  about: Type.Optional(JsonMap),
});
export type StreamedEvent = Static<typeof EventShape>;

/** Sent as event `gap` where events were asked for that are no longer kept. */
export const GapShape = Type.Object({ from: Type.Integer(), to: Type.Integer() });
export type EventGap = Static<typeof GapShape>;

export const ErrorShape = Type.Object({
  error: Type.String({ description: "Stable code" }),
  message: Type.String(),
  path: Type.Optional(Type.String({ description: "Where in the request" })),
  found: Type.Optional(Type.String()),
  accepted: Type.Optional(Type.String()),
});
export type ApiError = Static<typeof ErrorShape>;

/** Rows per page: what is taken when `limit` is absent, and the most that may be asked for. */
const PAGE = { usual: 100, most: 1_000 } as const;

const limit = Type.Integer({ minimum: 1, maximum: PAGE.most, default: PAGE.usual });
const after = Type.Optional(Type.String({ description: "`next` of the page before" }));
const family = Type.Optional(Type.String());

export const PageQueryShape = Type.Object({ family, after, limit });
export const DeviceQueryShape = Type.Object({
  family,
  phase: Type.Optional(Type.String()),
  text: Type.Optional(Type.String({ description: "Part of the id or of a text in its state, in any case" })),
  after,
  limit,
});
export type DeviceQuery = Partial<Static<typeof DeviceQueryShape>>;
export type PageQuery = Partial<Static<typeof PageQueryShape>>;

export const EventQueryShape = Type.Object({
  source: Type.Optional(Type.String({ description: "Id of a device or cloud, with `*` and `?` as wildcards" })),
  type: Type.Optional(Type.String({ description: "Event type, with wildcards" })),
  since: Type.Optional(
    Type.Integer({ minimum: 0, description: "Number of the last event known; absent: only new ones" }),
  ),
});
export type EventQuery = Static<typeof EventQueryShape>;
