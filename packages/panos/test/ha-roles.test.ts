import { minutes } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { twoMembers } from "./two-members.ts";

const PREEMPTIVE = { ha_preemptive: true };
const outage = (operation: string, error: string, more = {}) => ({ device: "a", operation, error, ...more });
type Pair = Awaited<ReturnType<typeof twoMembers>>;

const force = (pair: Pair, id: "a" | "b", role: "suspended" | "functional" | "non-functional") =>
  pair.power.force(id, { ha_state: role });

test("a member that preempts and fails again and again is suspended; functional brings it back", async () => {
  const faults = [outage("ha-monitor", "ethernet1/1 down for 5s", { times: 4 })];
  await using pair = await twoMembers({ faults, both: PREEMPTIVE });
  await pair.pass(4);
  expect(pair.roles()).toBe("non-functional/active");
  await pair.pass(5);
  expect(pair.roles()).toBe("passive/active");
  await pair.pass(minutes(2) / 1000);
  expect(pair.roles()).toBe("suspended/active");
  await pair.pass(minutes(60) / 1000);
  expect(pair.roles()).toBe("suspended/active");

  await force(pair, "a", "functional");
  await pair.pass(1);
  expect(pair.roles()).toBe("passive/active");
  await pair.pass(15);
  expect(pair.roles()).toBe("active/passive");
});

test("failures more than fifteen minutes apart are not counted together", async () => {
  const faults = [outage("ha-monitor", "path down for 16m", { times: 6 })];
  await using pair = await twoMembers({ faults, both: PREEMPTIVE });
  await pair.pass(minutes(200) / 1000);
  expect(pair.roles()).toBe("active/passive");
});

test("a member whose link comes back returns after its hold time, behind the other", async () => {
  await using pair = await twoMembers({ faults: [outage("ha-monitor", "link down for 20s", { times: 1 })] });
  expect(pair.roles()).toBe("non-functional/active");
  await pair.pass(20);
  expect(pair.roles()).toBe("non-functional/active");
  await pair.pass(2);
  expect(pair.roles()).toBe("passive/active");
});

describe("when the HA1 link of one member breaks for a while", () => {
  test("nothing changes but that they do not hear of each other", async () => {
    await using pair = await twoMembers({ faults: [outage("ha1", "cable pulled for 60s", { times: 1 })] });
    expect(pair.roles()).toBe("active/passive");
    expect([pair.a.state()["peerConnected"], pair.b.state()["peerConnected"]]).toEqual([false, false]);
    await pair.pass(100);
    expect(pair.roles()).toBe("active/passive");
    expect([pair.a.state()["peerConnected"], pair.b.state()["peerConnected"]]).toEqual([true, true]);
  });

  test("there are two actives only when the backup is down too, and only until it heals", async () => {
    const backup = { device: "b", operation: "ha1-backup", error: "down" };
    await using pair = await twoMembers({ faults: [outage("ha1", "cable pulled for 60s", { times: 1 }), backup] });
    expect(pair.leaders()).toEqual(["a", "b"]);
    await pair.pass(100);
    expect(pair.leaders()).toHaveLength(1);
  });

  test("a dead active member is replaced as soon as that can be known", async () => {
    const faults = [{ device: "b", operation: "ha1", error: "cable pulled for 60s", times: 1 }];
    await using pair = await twoMembers({ faults });
    await pair.power.cut("a");
    await pair.pass(50);
    expect(pair.stateOf("b")).toBe("passive");
    await pair.pass(12);
    expect(pair.stateOf("b")).toBe("active");
  });
});

test("members whose releases are too far apart do not both serve; the active one stays", async () => {
  await using pair = await twoMembers({ a: { version: "9.1.0" }, b: { version: "11.1.0" } });
  expect(pair.roles()).toBe("active/non-functional");
  await pair.power.cut("a");
  await pair.pass(1);
  expect(pair.stateOf("b")).toBe("active");
});

test("members one release apart serve", async () => {
  await using pair = await twoMembers({ a: { version: "10.2.0" }, b: { version: "11.1.0" } });
  expect(pair.roles()).toBe("active/passive");
});

describe("an active/active pair", () => {
  const both = { ha_mode: "active-active" };

  test("starts with a primary and a secondary", async () => {
    await using pair = await twoMembers({ both });
    expect(pair.roles()).toBe("active-primary/active-secondary");
  });

  test("a primary that loses power is replaced at once, and comes back over tentative", async () => {
    await using pair = await twoMembers({ both });
    await pair.power.cut("a");
    await pair.pass(1);
    expect(pair.stateOf("b")).toBe("active-primary");
    await pair.power.on("a");
    await pair.pass(4);
    expect(pair.roles()).toBe("tentative/active-primary");
    await pair.pass(3);
    expect(pair.roles()).toBe("active-secondary/active-primary");
  });

  test("suspended, functional, tentative, secondary", async () => {
    await using pair = await twoMembers({ both });
    await force(pair, "a", "suspended");
    await pair.pass(1);
    expect(pair.roles()).toBe("suspended/active-primary");
    await force(pair, "a", "functional");
    expect(pair.roles()).toBe("tentative/active-primary");
    await pair.pass(4);
    expect(pair.roles()).toBe("active-secondary/active-primary");
  });

  test("whoever has a failing monitor is tentative until it mends", async () => {
    const faults = [outage("ha-monitor", "10.0.0.1 unreachable for 30s", { times: 1 })];
    await using pair = await twoMembers({ both, faults });
    expect(pair.roles()).toBe("tentative/active-primary");
    await pair.pass(31);
    expect(pair.roles()).toBe("tentative/active-primary");
    await pair.pass(4);
    expect(pair.roles()).toBe("active-secondary/active-primary");
  });

  test("a primary that may preempt takes its role back", async () => {
    await using pair = await twoMembers({ both: { ...both, ...PREEMPTIVE } });
    await force(pair, "a", "suspended");
    await force(pair, "a", "functional");
    await pair.pass(20);
    expect(pair.roles()).toBe("active-primary/active-secondary");
  });
});
