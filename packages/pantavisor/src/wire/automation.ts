import { integerAt, isRecord, member, recordAt, type UnknownRecord } from "./fields.ts";

export type Decision = "done" | "updated" | "error" | "wontgo";
export type InvitationAnswer = "accept" | "skip" | "later";

export const DECISIONS = ["updated", "done", "error", "wontgo"] as const satisfies readonly Decision[];
export const INVITATION_ANSWERS = ["accept", "skip", "later"] as const satisfies readonly InvitationAnswer[];

/** Weighted answers of a device that nobody watches. */
export interface Automation {
  readonly enabled: boolean;
  /** Absent: chance comes from the device's own stream. */
  readonly seed?: number;
  readonly invitation: Readonly<Record<InvitationAnswer, number>>;
  readonly update: Readonly<Record<Decision, number>>;
}

export const DEFAULT_AUTOMATION: Automation = Object.freeze({
  enabled: false,
  invitation: Object.freeze({ accept: 100, skip: 0, later: 0 }),
  update: Object.freeze({ done: 100, updated: 0, error: 0, wontgo: 0 }),
});

/** Weights above this are ignored, so that sums stay exact. */
const MAX_WEIGHT = 0xffff_ffff;

/** Reads the `automation` member of `mocker.json`. What is absent or unusable keeps its default; weights that are all zero, too. */
export function readAutomation(value: unknown): Automation {
  if (!isRecord(value)) return DEFAULT_AUTOMATION;
  const seed = integerAt(value, "seed");
  const automation: Automation = {
    enabled: member(value, "enabled") === true,
    invitation: weights(recordAt(value, "invitation"), DEFAULT_AUTOMATION.invitation),
    update: weights(recordAt(value, "update"), DEFAULT_AUTOMATION.update),
  };
  return seed !== undefined && seed >= 0 ? { ...automation, seed } : automation;
}

function weights<Name extends string>(
  given: UnknownRecord | undefined,
  defaults: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> {
  if (given === undefined) return defaults;
  const result: Record<Name, number> = { ...defaults };
  for (const name in defaults) {
    const weight = integerAt(given, name);
    if (weight !== undefined && weight >= 0 && weight <= MAX_WEIGHT) result[name] = weight;
  }
  return Object.values<number>(result).some((weight) => weight > 0) ? result : defaults;
}

/** The weights as log lines show them: `accept=70, skip=20, later=10`. */
export const describeWeights = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .map(([name, weight]) => `${name}=${weight}`)
    .join(", ");
