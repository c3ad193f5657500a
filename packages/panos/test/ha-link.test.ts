import { minutes } from "@understudy/kernel";
import { expect, test } from "vitest";
import { twoMembers } from "./two-members.ts";

test("a cut link makes nobody active, and heals", async () => {
  await using pair = await twoMembers();
  expect(pair.roles()).toBe("active/passive");
  pair.cut(true);
  await pair.pass(300);
  expect(pair.roles()).toBe("active/passive");
  expect([pair.a.state()["peerConnected"], pair.b.state()["peerConnected"]]).toEqual([false, false]);
  pair.cut(false);
  await pair.pass(40);
  expect(pair.roles()).toBe("active/passive");
  expect([pair.a.state()["peerConnected"], pair.b.state()["peerConnected"]]).toEqual([true, true]);
});

test("with its backup down too there is a split brain, which ends when the link heals", async () => {
  await using pair = await twoMembers({ faults: [{ device: "b", operation: "ha1-backup", error: "down" }] });
  pair.cut(true);
  await pair.pass(5);
  expect(pair.roles()).toBe("active/active");
  pair.cut(false);
  await pair.pass(60);
  expect(["active/passive", "passive/active"]).toContain(pair.roles());
});

test("a better member that may preempt takes its role back after a while", async () => {
  await using pair = await twoMembers();
  await pair.power.cut("a");
  await pair.pass(1);
  expect(pair.b.state()["haState"]).toBe("active");
  await pair.power.on("a");
  await pair.pass(minutes(5) / 1000);
  expect(pair.roles()).toBe("passive/active");
});

test("nobody who starts alone waits for ever", async () => {
  await using pair = await twoMembers();
  await pair.power.cut("a");
  await pair.power.cut("b");
  await pair.power.on("b", "resumed");
  await pair.pass(5);
  expect(pair.b.state()["haState"]).toBe("initial");
  await pair.pass(10);
  expect(pair.b.state()["haState"]).toBe("active");
});
