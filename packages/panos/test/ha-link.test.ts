import {
  EventList,
  FaultBook,
  type FaultRule,
  ImpairedLink,
  InProcessNetwork,
  later,
  MemoryBlobs,
  MemoryStorage,
  MemoryStores,
  minutes,
  Power,
  SeededRandom,
  seconds,
  silentLogger,
  VirtualTime,
} from "@understudy/kernel";
import { panos } from "@understudy/panos";
import { expect, test } from "vitest";

/** Two members without a Panorama, each on a line that can be cut. */
async function twoMembers(faults: readonly FaultRule[] = []) {
  const time = new VirtualTime();
  const random = new SeededRandom(1);
  const network = new InProcessNetwork(time);
  const links = new Map(["a", "b"].map((id) => [id, new ImpairedLink(network, time, random.stream(id))] as const));
  const power = new Power({
    time,
    random,
    network,
    blobs: new MemoryBlobs(),
    stores: new MemoryStores(),
    faults: new FaultBook(1, faults),
    events: new EventList(),
    logFor: () => silentLogger,
    linkOf: (id) => links.get(id) ?? network,
  });
  const member = (id: string, serial: string, peer: string, role: string) => {
    const device = panos.createDevice({ id, index: 0, options: { serial, ha_peer: peer, ha_role: role } });
    power.add(id, "panos", device, new MemoryStorage({ now: () => time.now() }));
    return device;
  };
  const a = member("a", "001", "002", "active");
  const b = member("b", "002", "001", "passive");
  await power.on("a");
  await power.on("b");
  const pass = (n: number) => time.runUntil(later(time.now(), seconds(n)));
  const roles = () => `${String(a.state()["haState"])}/${String(b.state()["haState"])}`;
  const cut = (partition: boolean) => links.get("a")?.set({ partition });
  await pass(1);
  return { a, b, power, pass, roles, cut, time, [Symbol.asyncDispose]: () => power.stopAll() };
}

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
  await using pair = await twoMembers([{ device: "b", operation: "ha1-backup", error: "down" }]);
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
