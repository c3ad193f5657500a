import { CountedStream, type StreamKey, streamKey } from "../chance/random.ts";
import type { Fault, FaultRule } from "./faults.ts";
import { matchesGlob } from "./glob.ts";

/** Who is asking. */
export interface FaultSubject {
  readonly id: string;
  readonly family: string;
}

/** Calls and strikes so far, per stand-in and rule: all that the book remembers. */
export interface FaultCounts {
  readonly calls: number;
  readonly strikes: number;
}

interface BookedRule {
  readonly rule: FaultRule;
  /** Derived from what the rule says, not from its place, so that adding a rule changes no other rule's fate. */
  readonly name: string;
}

/** A lab's fault rules with their counters. Rules may be added while the lab runs. */
export class FaultBook {
  readonly #seed: number | string;
  readonly #rules: BookedRule[] = [];
  readonly #counts = new Map<string, FaultCounts>();

  constructor(seed: number | string, rules: readonly FaultRule[] = []) {
    this.#seed = seed;
    for (const rule of rules) this.add(rule);
  }

  get rules(): readonly FaultRule[] {
    return this.#rules.map((booked) => booked.rule);
  }

  add(rule: FaultRule): void {
    const base = `${rule.family ?? "*"}|${rule.device ?? "*"}|${rule.operation}`;
    const twins = this.#rules.filter((booked) => booked.name.startsWith(`${base}#`)).length;
    this.#rules.push({ rule, name: `${base}#${twins}` });
  }

  /** One attempt of an operation: the first rule that matches and strikes. Every matching rule asked before counts the call. */
  strike(subject: FaultSubject, operation: string): Fault | undefined {
    for (const [index, { rule, name }] of this.#rules.entries()) {
      if (!matches(rule, subject, operation)) continue;
      if (this.#strikes(rule, name, subject)) return faultOf(rule, index);
    }
    return undefined;
  }

  snapshot(): readonly (readonly [string, FaultCounts])[] {
    return [...this.#counts];
  }

  restore(snapshot: readonly (readonly [string, FaultCounts])[]): void {
    this.#counts.clear();
    for (const [key, counts] of snapshot) this.#counts.set(key, counts);
  }

  #strikes(rule: FaultRule, name: string, subject: FaultSubject): boolean {
    const key = `${subject.id}\n${name}`;
    const { calls, strikes } = this.#counts.get(key) ?? { calls: 0, strikes: 0 };
    const times = rule.times ?? (rule.nth === undefined ? Number.POSITIVE_INFINITY : 1);
    const drawn = new CountedStream(this.#key(name, subject), calls).chance(rule.rate ?? 1);
    const struck = drawn && strikes < times && calls + 1 >= (rule.nth ?? 1);
    this.#counts.set(key, { calls: calls + 1, strikes: strikes + (struck ? 1 : 0) });
    return struck;
  }

  #key(name: string, subject: FaultSubject): StreamKey {
    return streamKey(this.#seed, "faults", name, subject.id);
  }
}

function matches(rule: FaultRule, subject: FaultSubject, operation: string): boolean {
  if (rule.family !== undefined && rule.family !== subject.family) return false;
  if (rule.device !== undefined && !matchesGlob(rule.device, subject.id)) return false;
  return matchesGlob(rule.operation, operation);
}

function faultOf(rule: FaultRule, index: number): Fault {
  return {
    rule: index,
    ...(rule.error === undefined ? {} : { error: rule.error }),
    ...(rule.delay === undefined ? {} : { delay: rule.delay }),
  };
}
