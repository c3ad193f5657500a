import { instant, later, seconds } from "@understudy/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  inRole,
  joining,
  type PairPriority,
  type PairRole,
  type PairState,
  readyPair,
  resumed,
  suspended,
} from "./pair-state.ts";
import { type PairMember, planPair } from "./plan-pair.ts";

const now = instant(1_000_000);
const past = later(now, seconds(-1));
const future = later(now, seconds(1));
const at = (role: PairRole, more: Partial<PairState> = {}): PairMember => ({
  up: true,
  state: { role, since: past, ...more },
});
const dark = (role: PairRole): PairMember => ({ ...at(role), up: false });

describe.each([
  ["both settled", at("active"), at("passive"), { do: "wait" }],
  ["active one dark", dark("initial"), at("passive"), { do: "become", who: "secondary", role: "active" }],
  ["active one suspended", at("suspended"), at("passive"), { do: "become", who: "secondary", role: "active" }],
  ["both suspended", at("suspended"), at("suspended"), { do: "wait" }],
  ["booted, before AutoCom", at("initial"), at("active"), { do: "wait" }],
  ["booted, held back", at("initial", { holdUntil: future }), at("active"), { do: "wait", until: future }],
  ["back", at("initial", { holdUntil: past }), at("active"), { do: "become", who: "primary", role: "passive" }],
  [
    "back together",
    at("initial", { holdUntil: past }),
    at("initial", { holdUntil: past }),
    { do: "become", who: "primary", role: "active" },
  ],
  [
    "secondary back first",
    at("initial", { holdUntil: future }),
    at("initial", { holdUntil: past }),
    { do: "become", who: "secondary", role: "active" },
  ],
  ["passive and suspended", at("passive"), at("suspended"), { do: "become", who: "primary", role: "active" }],
] as const)("%s", (_, primary, secondary, expected) => {
  test(`→ ${JSON.stringify(expected)}`, () => expect(planPair({ primary, secondary }, now)).toEqual(expected));
});

test("in whatever order things happen, there are never two actives, and one in the end unless both are suspended", () => {
  const blow = fc.record({
    who: fc.constantFrom<PairPriority>("primary", "secondary"),
    what: fc.constantFrom("suspend", "functional", "down", "up", "time"),
  });
  fc.assert(
    fc.property(fc.array(blow, { maxLength: 30 }), (blows) => {
      let time = now;
      const pair = { primary: at("active"), secondary: at("passive") };
      const settle = (): void => {
        for (let step = planPair(pair, time); step.do === "become"; step = planPair(pair, time)) {
          pair[step.who] = { up: true, state: inRole(pair[step.who].state, step.role, time) };
          expect(
            [pair.primary, pair.secondary].filter(({ up, state }) => up && state.role === "active").length,
          ).toBeLessThan(2);
        }
      };
      const change = (who: PairPriority, what: (typeof blows)[number]["what"]): void => {
        const { up, state } = pair[who];
        if (what === "suspend" && up) pair[who] = { up, state: suspended(state, time) };
        if (what === "functional" && up) pair[who] = { up, state: resumed(state, time) };
        if (what === "down") pair[who] = { up: false, state: joining(state, time) };
        if (what === "up") pair[who] = { up: true, state: readyPair(state, time, seconds(1)) };
        if (what === "time") time = later(time, seconds(1));
        settle();
      };
      for (const { who, what } of blows) change(who, what);
      for (const who of ["primary", "secondary"] as const) change(who, "up");
      change("primary", "time");
      const bothOut = pair.primary.state.role === "suspended" && pair.secondary.state.role === "suspended";
      const actives = [pair.primary, pair.secondary].filter(({ state }) => state.role === "active");
      expect(actives).toHaveLength(bothOut ? 0 : 1);
    }),
  );
});
