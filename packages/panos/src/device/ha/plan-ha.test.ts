import { instant, later, seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import type { HaRole, HaStatus } from "../../wire/link/ha-frames.ts";
import type { HaState } from "./ha-state.ts";
import { type HaSituation, judgeClaim, planHa } from "./plan-ha.ts";

const now = instant(1_000_000);
const own = (role: HaRole, more: Partial<HaState> = {}): HaState => ({
  role,
  since: instant(0),
  term: 3,
  ledTerm: 0,
  eager: false,
  ...more,
});
const peer = (role: HaRole, more: Partial<HaStatus> = {}): HaStatus => ({
  serial: "002",
  role,
  since: 0,
  ledTerm: 0,
  priority: 200,
  preemptive: false,
  ready: true,
  model: "PA-3220",
  version: "10.1.0",
  appVersion: "1",
  mgmtIp: "1",
  ha1Ip: "1",
  sessions: 1,
  configDigest: "",
  syncing: false,
  mode: "active-passive",
  deviceId: 0,
  ha2: true,
  ...more,
});
const self = { serial: "001", priority: 100, preemptive: false };

const plan = (more: Partial<HaSituation>) =>
  planHa({
    own: own("passive"),
    self,
    link: "up",
    granted: false,
    now,
    preemptHold: seconds(10),
    mode: "active-passive",
    maxFlaps: 3,
    splitBrain: false,
    ...more,
  });

const past = later(now, seconds(-1));
const future = later(now, seconds(1));

describe.each([
  ["initial before AutoCom has ended", own("initial"), "up", peer("active"), { do: "wait" }],
  ["initial, held back", own("initial", { holdUntil: future }), "up", peer("active"), { do: "wait", until: future }],
  [
    "initial, eager",
    own("initial", { holdUntil: future, eager: true }),
    "up",
    peer("active"),
    { do: "become", role: "passive" },
  ],
  [
    "initial, peer active",
    own("initial", { holdUntil: past }),
    "up",
    peer("active"),
    { do: "become", role: "passive" },
  ],
  [
    "initial, peer passive",
    own("initial", { holdUntil: past }),
    "up",
    peer("passive"),
    { do: "claim", preempts: false },
  ],
  [
    "initial, peer suspended",
    own("initial", { holdUntil: past }),
    "up",
    peer("suspended"),
    { do: "claim", preempts: false },
  ],
  [
    "initial, peer initial and worse",
    own("initial", { holdUntil: past }),
    "up",
    peer("initial"),
    { do: "claim", preempts: false },
  ],
  [
    "initial, peer initial and better",
    own("initial", { holdUntil: past }),
    "up",
    peer("initial", { priority: 50 }),
    { do: "wait" },
  ],
  [
    "initial, peer initial, better and not ready",
    own("initial", { holdUntil: past }),
    "up",
    peer("initial", { priority: 50, ready: false }),
    { do: "claim", preempts: false },
  ],
  ["initial, peer has led", own("initial", { holdUntil: past }), "up", peer("initial", { ledTerm: 2 }), { do: "wait" }],
  [
    "initial, peer dead, held back",
    own("initial", { holdUntil: future }),
    "dead",
    undefined,
    { do: "wait", until: future },
  ],
  ["initial, peer dead", own("initial", { holdUntil: past }), "dead", undefined, { do: "become", role: "active" }],
  ["initial, link cut", own("initial", { holdUntil: past }), "cut", undefined, { do: "wait" }],
  ["passive, peer active", own("passive"), "up", peer("active"), { do: "wait" }],
  ["passive, peer passive and worse", own("passive"), "up", peer("passive"), { do: "claim", preempts: false }],
  ["passive, peer passive and better", own("passive"), "up", peer("passive", { priority: 1 }), { do: "wait" }],
  ["passive, peer initial", own("passive"), "up", peer("initial"), { do: "wait" }],
  ["passive, peer suspended", own("passive"), "up", peer("suspended"), { do: "claim", preempts: false }],
  ["passive, peer non-functional", own("passive"), "up", peer("non-functional"), { do: "claim", preempts: false }],
  ["passive, peer dead", own("passive"), "dead", undefined, { do: "become", role: "active" }],
  ["passive, link cut", own("passive"), "cut", undefined, { do: "wait" }],
  [
    "active, peer active and worse",
    own("active", { ledTerm: 3 }),
    "up",
    peer("active", { ledTerm: 2 }),
    { do: "wait" },
  ],
  [
    "active, peer active and better",
    own("active", { ledTerm: 2 }),
    "up",
    peer("active", { ledTerm: 3 }),
    { do: "become", role: "passive" },
  ],
  ["active, peer dead", own("active"), "dead", undefined, { do: "wait" }],
  ["suspended, peer dead", own("suspended"), "dead", undefined, { do: "wait" }],
  ["non-functional, fit again", own("non-functional"), "up", peer("suspended"), { do: "return" }],
  [
    "non-functional, fit again, held back",
    own("non-functional", { holdUntil: future }),
    "up",
    peer("active"),
    { do: "wait", until: future },
  ],
  ["non-functional, link cut", own("non-functional", { holdUntil: past }), "cut", undefined, { do: "return" }],
] as const)("%s", (_, state, link, status, expected) => {
  test(`→ ${JSON.stringify(expected)}`, () => {
    expect(plan({ own: state, link, ...(status === undefined ? {} : { peer: status }) })).toEqual(expected);
  });
});

test("whoever has granted a claim waits", () => {
  expect(plan({ granted: true, peer: peer("suspended") })).toEqual({ do: "wait" });
});

test("a cut link looks like a dead peer only in an injected split brain", () => {
  expect(plan({ link: "cut", splitBrain: true })).toEqual({ do: "become", role: "active" });
});

test("preemption needs both sides' consent, the better priority and patience", () => {
  const eager = { ...self, preemptive: true };
  const willing = peer("active", { preemptive: true });
  expect(plan({ self: eager, peer: willing })).toEqual({ do: "claim", preempts: true });
  expect(plan({ self: eager, peer: willing, own: own("passive", { since: now }) })).toEqual({
    do: "wait",
    until: later(now, seconds(10)),
  });
  expect(plan({ self: eager, peer: peer("active") })).toEqual({ do: "wait" });
  expect(plan({ self: { ...eager, priority: 200 }, peer: { ...willing, priority: 100 } })).toEqual({ do: "wait" });
});

test.each([
  [own("active"), peer("passive"), self, false, false, "deny"],
  [
    own("active"),
    peer("passive", { preemptive: true, priority: 50 }),
    { ...self, preemptive: true },
    true,
    false,
    "step-down",
  ],
  [
    own("active"),
    peer("passive", { preemptive: true, priority: 150 }),
    { ...self, preemptive: true },
    true,
    false,
    "deny",
  ],
  [own("passive"), peer("passive"), self, false, true, "deny"],
  [own("passive"), peer("passive", { priority: 50 }), self, false, true, "grant"],
  [own("passive"), peer("passive"), self, false, false, "grant"],
  [own("suspended"), peer("passive"), self, false, false, "grant"],
  [own("initial"), peer("initial"), self, false, false, "grant"],
] as const)("a claim is judged: %#", (state, status, me, preempts, ownClaim, verdict) => {
  expect(judgeClaim({ own: state, self: me, peer: status }, { preempts, ownClaim })).toBe(verdict);
});

const UNFIT = { cause: "monitor", reason: "Link down" } as const;

describe.each([
  ["active-passive", own("active"), { do: "leave", role: "non-functional", reason: "Link down" }],
  ["active-passive", own("passive"), { do: "leave", role: "non-functional", reason: "Link down" }],
  ["active-passive", own("non-functional", { reason: "Link down" }), { do: "wait" }],
  ["active-passive", own("suspended"), { do: "wait" }],
  ["active-passive", own("initial"), { do: "wait" }],
  ["active-passive", own("initial", { holdUntil: past }), { do: "leave", role: "non-functional", reason: "Link down" }],
  ["active-active", own("active"), { do: "leave", role: "tentative", reason: "Link down" }],
  ["active-active", own("passive"), { do: "leave", role: "tentative", reason: "Link down" }],
  ["active-active", own("tentative"), { do: "leave", role: "tentative", reason: "Link down" }],
  ["active-active", own("tentative", { reason: "Link down" }), { do: "wait" }],
] as const)("unfit, %s, %o", (mode, state, expected) => {
  test(`→ ${JSON.stringify(expected)}`, () => {
    expect(plan({ mode, own: state, peer: peer("active"), unfit: UNFIT })).toEqual(expected);
  });
});

describe.each([
  [
    "booted, peer active",
    own("initial", { holdUntil: past }),
    "up",
    peer("active"),
    { do: "become", role: "tentative" },
  ],
  [
    "resumed, peer active",
    own("initial", { holdUntil: past, eager: true }),
    "up",
    peer("active"),
    { do: "become", role: "passive" },
  ],
  [
    "tentative, held back",
    own("tentative", { holdUntil: future }),
    "up",
    peer("active"),
    { do: "wait", until: future },
  ],
  [
    "tentative, peer active",
    own("tentative", { holdUntil: past }),
    "up",
    peer("active"),
    { do: "become", role: "passive" },
  ],
  ["tentative, peer passive", own("tentative", { holdUntil: future }), "up", peer("passive"), { do: "wait" }],
  [
    "tentative, peer suspended",
    own("tentative", { holdUntil: future }),
    "up",
    peer("suspended"),
    { do: "claim", preempts: false },
  ],
  [
    "tentative, peer tentative and better",
    own("tentative", { holdUntil: future }),
    "up",
    peer("tentative", { priority: 1 }),
    { do: "wait" },
  ],
  [
    "tentative, peer tentative, better and unfit",
    own("tentative", { holdUntil: future }),
    "up",
    peer("tentative", { priority: 1, reason: "Link down" }),
    { do: "claim", preempts: false },
  ],
  [
    "tentative, peer dead",
    own("tentative", { holdUntil: future }),
    "dead",
    undefined,
    { do: "become", role: "active" },
  ],
  ["tentative, link cut", own("tentative", { holdUntil: past }), "cut", undefined, { do: "wait" }],
  ["passive, peer tentative", own("passive"), "up", peer("tentative"), { do: "claim", preempts: false }],
] as const)("active/active: %s", (_, state, link, status, expected) => {
  test(`→ ${JSON.stringify(expected)}`, () => {
    const known = status === undefined ? {} : { peer: status };
    expect(plan({ mode: "active-active", own: state, link, ...known })).toEqual(expected);
  });
});

test("whoever has preempted too often is suspended instead of preempting once more", () => {
  const self = { serial: "001", priority: 100, preemptive: true };
  const willing = peer("active", { preemptive: true });
  const flaps = (preemptions: number) => ({ preemptions, failures: 0, last: past });
  const at = (preemptions: number) => plan({ self, peer: willing, own: own("passive", { flaps: flaps(preemptions) }) });
  expect(at(2)).toEqual({ do: "claim", preempts: true });
  expect(at(3)).toEqual({ do: "leave", role: "suspended", reason: "Preemption loop detected" });
});
