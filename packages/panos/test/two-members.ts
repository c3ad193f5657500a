import {
  EventList,
  FaultBook,
  type FaultRule,
  ImpairedLink,
  InProcessNetwork,
  type JsonObject,
  type LinkConditions,
  later,
  MemoryBlobs,
  MemoryStorage,
  MemoryStores,
  Power,
  SeededRandom,
  seconds,
  silentLogger,
  VirtualTime,
} from "@understudy/kernel";
import { panos } from "@understudy/panos";

/** How two members are set up: options of both, faults by the ids `a` (the first to lead) and `b`, what chance comes from. */
interface TwoMembersOptions {
  readonly faults?: readonly FaultRule[];
  readonly both?: JsonObject;
  readonly a?: JsonObject;
  readonly b?: JsonObject;
  readonly seed?: number;
  /** What both lines are like when they are not cut. Default: perfect. */
  readonly line?: Partial<LinkConditions>;
}

/** Two members without a Panorama, in virtual time, each on a line that can be cut. A second has passed. */
export async function twoMembers(options: TwoMembersOptions = {}) {
  const { faults = [], both = {}, seed = 1, line = {} } = options;
  const time = new VirtualTime();
  const random = new SeededRandom(seed);
  const network = new InProcessNetwork(time);
  const links = new Map(
    ["a", "b"].map((id) => [id, new ImpairedLink(network, time, random.stream(id), line)] as const),
  );
  const power = new Power({
    time,
    random,
    network,
    blobs: new MemoryBlobs(),
    stores: new MemoryStores(),
    faults: new FaultBook(seed, faults),
    events: new EventList(),
    logFor: () => silentLogger,
    linkOf: (id) => links.get(id) ?? network,
  });
  const member = (id: "a" | "b", own: JsonObject) => {
    const device = panos.createDevice({ id, index: 0, options: { ...own, ...both, ...options[id] } });
    power.add(id, "panos", device, new MemoryStorage({ now: () => time.now() }));
    return device;
  };
  const a = member("a", { serial: "001", ha_peer: "002", ha_role: "active" });
  const b = member("b", { serial: "002", ha_peer: "001", ha_role: "passive" });
  await power.on("a");
  await power.on("b");
  const stateOf = (id: "a" | "b") => String((id === "a" ? a : b).state()["haState"]);
  const pass = (n: number, done?: () => boolean) => time.runUntil(later(time.now(), seconds(n)), done);
  await pass(1);
  return {
    a,
    b,
    power,
    pass,
    time,
    /** Such as `active/passive`. */
    roles: () => `${stateOf("a")}/${stateOf("b")}`,
    /** Members with power that lead. */
    leaders: () => (["a", "b"] as const).filter((id) => power.isOn(id) && /^active(-primary)?$/.test(stateOf(id))),
    stateOf,
    cut: (partition: boolean) => links.get("a")?.set({ ...line, partition }),
    [Symbol.asyncDispose]: () => power.stopAll(),
  };
}
