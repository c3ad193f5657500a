import type { Family, FaultRule, JsonObject } from "@understudy/kernel";
import { compileShape } from "@understudy/kernel";
import { type Static, type TSchema, Type } from "typebox";
import { DURATION_FORMS, parseDuration } from "./duration.ts";
import type { Selection, TimelineEntry } from "./lab.ts";
import { faultShape } from "./lab-shapes.ts";
import type { LocatedYaml } from "./located-yaml.ts";

interface Context {
  readonly yaml: LocatedYaml;
  readonly families: readonly Family[];
  readonly fault: (rule: Static<typeof faultShape>, where: string) => FaultRule;
  readonly check: (schema: Family["schemas"]["cloud"], value: unknown, where: string) => void;
}

const selectionShape = compileShape(
  Type.Object(
    {
      family: Type.Optional(Type.String()),
      fleet: Type.Optional(Type.String()),
      device: Type.Optional(Type.String()),
      share: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    },
    { additionalProperties: false },
  ),
);
const fault = compileShape(faultShape);

/** The timeline of a lab file: each entry has `at`, one thing that happens, and for power cuts `for`. */
export function readTimeline(
  entries: readonly Readonly<Record<string, unknown>>[],
  context: Context,
): readonly TimelineEntry[] {
  return entries.map((entry, at) => readEntry(entry, `timeline[${at}]`, context));
}

function readEntry(entry: Readonly<Record<string, unknown>>, where: string, context: Context): TimelineEntry {
  const at = duration(entry.at, `${where}.at`, context);
  const names = Object.keys(entry).filter((key) => key !== "at" && key !== "for");
  const [name] = names;
  if (name === undefined || names.length > 1) {
    const found = names.length === 0 ? "nothing that happens" : names.join(" and ");
    throw context.yaml.problem(where, found, `exactly one of ${known(context)}`);
  }
  const value = entry[name];
  if (name === "power-cut") {
    const to = selectionShape.parse(value ?? {}, `lab.${where}.${name}`);
    return {
      kind: "power-cut",
      at,
      to,
      ...(entry.for === undefined ? {} : { lasting: duration(entry.for, `${where}.for`, context) }),
    };
  }
  if (entry.for !== undefined)
    throw context.yaml.problem(
      `${where}.for`,
      JSON.stringify(entry.for),
      "no `for` here; only power cuts end by themselves",
    );
  if (name === "fault")
    return { kind: "fault", at, rule: context.fault(fault.parse(value, `lab.${where}.fault`), `${where}.fault`) };
  if (name === "force") {
    const { args: wanted, to } = readOrder(name, value, where, context, ({ schemas }) => schemas.force);
    return { kind: "force", at, wanted, to };
  }
  return {
    kind: "act",
    at,
    action: name,
    ...readOrder(name, value, where, context, ({ schemas }) => schemas.actions[name]),
  };
}

/** What one family's devices are to do or be: its arguments by the family's schema, and whom it is for. */
function readOrder(
  name: string,
  value: unknown,
  where: string,
  context: Context,
  schemaOf: (family: Family) => TSchema | undefined,
): { readonly args: JsonObject; readonly to: Selection } {
  const { family: wanted, to, ...args } = (typeof value === "object" && value !== null ? value : {}) as JsonObject; // YAML gives plain data
  const able = context.families.filter(
    (family) => schemaOf(family) !== undefined && (wanted === undefined || family.name === wanted),
  );
  const [family] = able;
  if (family === undefined)
    throw context.yaml.problem(`${where}.${name}`, "an unknown action", `one of ${known(context)}`);
  if (able.length > 1)
    throw context.yaml.problem(
      `${where}.${name}`,
      "no family",
      `family: one of ${able.map((one) => one.name).join(", ")}`,
    );
  const schema = schemaOf(family);
  if (schema !== undefined) context.check(schema, args, `lab.${where}.${name}`);
  return { args, to: { family: family.name, ...selection(to, `${where}.${name}.to`, context) } };
}

/** `all`, an id or glob, or an object with fleet, device and share. */
function selection(to: unknown, where: string, context: Context): Selection {
  if (to === undefined || to === "all") return {};
  if (typeof to === "string") return { device: to };
  if (typeof to === "object" && to !== null) return selectionShape.parse(to, `lab.${where}`);
  throw context.yaml.problem(where, JSON.stringify(to), "all, a device id or glob, or {fleet, device, share}");
}

function duration(value: unknown, where: string, context: Context): TimelineEntry["at"] {
  const parsed = parseDuration(value);
  if (parsed === undefined) throw context.yaml.problem(where, JSON.stringify(value), DURATION_FORMS);
  return parsed;
}

function known(context: Context): string {
  const actions = context.families.flatMap((family) => Object.keys(family.schemas.actions));
  return [...new Set(["power-cut", "fault", "force", ...actions])].join(", ");
}
