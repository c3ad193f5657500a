import { describe, expect, test } from "vitest";
import { VirtualCell } from "../cells/virtual-cell.ts";
import { UnderstudyError } from "../errors/understudy-error.ts";
import { EventList } from "../events/recorder.ts";
import { tcp } from "../network/address.ts";
import { EMPTY_BODY, type HttpRequest, text } from "../network/http.ts";
import { MemoryStorage } from "../storage/memory-storage.ts";
import { crashSweep } from "../testing/crash-sweep.ts";
import { milliseconds, seconds, VIRTUAL_EPOCH } from "../time/units.ts";
import type { Exit, Unit, WakeUp } from "./device.ts";
import type { World } from "./world.ts";

/** A unit put together from two functions, which says what it went through. */
class Scripted implements Unit {
  world: World | undefined;
  readonly story: string[] = [];
  readonly #boot: (unit: Scripted, world: World) => Promise<void> | void;
  readonly #wake: (unit: Scripted, name: string, world: World) => Promise<Exit | void> | Exit | void;

  constructor(
    boot: (unit: Scripted, world: World) => Promise<void> | void,
    wake: (unit: Scripted, name: string, world: World) => Promise<Exit | void> | Exit | void = () => undefined,
  ) {
    this.#boot = boot;
    this.#wake = wake;
  }

  async boot(world: World): Promise<void> {
    this.world = world;
    this.story.push(`boot ${world.bootCount}`);
    await this.#boot(this, world);
  }

  wake(why: WakeUp): Promise<Exit | void> | Exit | void {
    if (this.world === undefined) throw new Error("woken before boot");
    return this.#wake(this, why.name, this.world);
  }
}

function aCell(): {
  readonly cell: VirtualCell;
  readonly events: EventList;
  add(id: string, unit: Unit): Promise<void>;
} {
  const events = new EventList();
  const cell = new VirtualCell({ seed: 7, events });
  const add = async (id: string, unit: Unit): Promise<void> => {
    cell.power.add(id, "test", unit, new MemoryStorage({ now: () => cell.time.now() }));
    await cell.power.on(id);
  };
  return { cell, events, add };
}

const get = (target: string): HttpRequest => ({ method: "GET", target, version: "1.1", headers: [], body: EMPTY_BODY });

describe("wake-ups", () => {
  test("come one after another, each as an episode, and the same name replaces", async () => {
    const { cell, add } = aCell();
    const unit = new Scripted(
      (_, world) => {
        world.clock.wake(seconds(9), { name: "slow" });
        world.clock.wake(seconds(1), { name: "slow" });
        world.clock.wake(seconds(2), { name: "quick" });
        world.clock.wake(seconds(3), { name: "never" });
        world.clock.cancelWake("never");
      },
      async (self, name, world) => {
        self.story.push(`${name} begins ${world.clock.now() - VIRTUAL_EPOCH}`);
        if (name === "slow") await world.clock.sleep(seconds(5));
        self.story.push(`${name} ends ${world.clock.now() - VIRTUAL_EPOCH}`);
      },
    );
    await add("a", unit);
    await cell.time.runFor(seconds(20));
    expect(unit.story).toEqual([
      "boot 1",
      "slow begins 1000",
      "slow ends 6000",
      "quick begins 6000",
      "quick ends 6000",
    ]);
  });

  test("an episode may end a boot: a reboot comes back after its time, with other chance and the same disk", async () => {
    const { cell, events, add } = aCell();
    const draws: number[] = [];
    const unit = new Scripted(
      async (self, world) => {
        draws.push(world.random.stream("x").next());
        self.story.push(`found ${await world.storage.readText("note")}`);
        world.clock.wake(seconds(1), { name: "go" });
      },
      async (_, __, world): Promise<Exit | void> => {
        if (world.bootCount > 1) return { kind: "power-off" };
        await world.storage.write("note", "hello");
        return { kind: "reboot", after: seconds(30) };
      },
    );
    await add("a", unit);
    await cell.time.runFor(seconds(10));
    expect(cell.power.isOn("a")).toBe(false);
    expect(cell.power.isUp("a")).toBe(true);
    await cell.time.runFor(seconds(60));
    expect(unit.story).toEqual(["boot 1", "found undefined", "boot 2", "found hello"]);
    expect(new Set(draws).size).toBe(2);
    expect(events.ofSource("a").map((event) => [event.seq, event.type])).toEqual([
      [1, "reboot"],
      [2, "power-off"],
    ]);
    expect(cell.power.isUp("a")).toBe(false);
  });

  test("what an episode throws switches the stand-in off and is told", async () => {
    const { cell, events, add } = aCell();
    const unit = new Scripted(
      (_, world) => world.clock.wake(seconds(1), { name: "go" }),
      () => {
        throw new UnderstudyError("broken", "It broke.");
      },
    );
    await add("a", unit);
    await cell.time.runFor(seconds(2));
    expect(cell.power.isUp("a")).toBe(false);
    expect(events.events.at(-1)).toMatchObject({
      type: "failed",
      change: { phase: "off" },
      about: { code: "broken", error: "It broke." },
    });
  });
});

describe("a power cut", () => {
  test("ends everything under way: nothing asked of the old world completes", async () => {
    const { cell, add } = aCell();
    const unit = new Scripted(
      (_, world) => world.clock.wake(seconds(1), { name: "go" }),
      async (self, _, world) => {
        self.story.push("begins");
        await world.clock.sleep(seconds(10));
        self.story.push("must not be reached");
      },
    );
    await add("a", unit);
    await cell.time.runFor(seconds(5));
    const old = unit.world;
    await cell.power.cut("a");
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    old?.storage.read("x").then(done, done);
    old?.storage.write("x", "1").then(done, done);
    old?.blobs.put("x").then(done, done);
    old?.network.request(tcp("nobody", 1), get("/")).then(done, done);
    old?.outside(async () => undefined).then(done, done);
    old?.clock.sleep(seconds(1)).then(done, done);
    old?.clock.wake(seconds(1), { name: "ghost" });
    old?.events.emit("ghost", {});
    await cell.time.runFor(seconds(60));
    expect(settled).toBe(false);
    expect(old?.signal.aborted).toBe(true);
    expect(unit.story).toEqual(["boot 1", "begins"]);
  });

  test("takes what was not synced, and only that", async () => {
    for (const unsynced of ["lost", "kept"] as const) {
      const { cell, add } = aCell();
      const found: (string | undefined)[] = [];
      const unit = new Scripted(async (_, world) => {
        found.push(await world.storage.readText("a"), await world.storage.readText("b"));
        await world.storage.write("a", "synced");
        await world.storage.sync();
        await world.storage.write("b", "not synced");
      });
      await add("a", unit);
      await cell.power.cut("a", unsynced);
      await cell.power.on("a");
      expect(found).toEqual([undefined, undefined, "synced", unsynced === "lost" ? undefined : "not synced"]);
    }
  });

  test("refuses connections at once, and serves again after the next boot", async () => {
    const { cell, add } = aCell();
    const server = new Scripted(async (_, world) => {
      await world.network.serve(tcp("server", 80), {
        handle: () => ({ status: 200, headers: [], body: text(`boot ${world.bootCount}`) }),
      });
    });
    await add("server", server);
    const client = await cell.power.operator("client", new MemoryStorage({ now: () => cell.time.now() }));
    const ask = async (): Promise<unknown> => (await client.network.request(tcp("server", 80), get("/"))).body;
    expect(await ask()).toEqual(text("boot 1"));
    await cell.power.cut("server");
    await expect(ask()).rejects.toMatchObject({ code: "refused" });
    await cell.power.on("server");
    expect(await ask()).toEqual(text("boot 2"));
  });

  test("lets whoever waits for an answer to be taken know", async () => {
    const { cell, add } = aCell();
    const unit = new Scripted(
      (_, world) => world.clock.wake(milliseconds(1), { name: "go" }),
      (_, __, world) => world.clock.sleep(seconds(100)),
    );
    await add("a", Object.assign(unit, { answer: async () => undefined }));
    await cell.time.runFor(seconds(1));
    const answer = cell.power.answer("a", "q", "yes");
    await cell.power.cut("a");
    await expect(answer).rejects.toMatchObject({ code: "off" });
  });
});

test("a sweep strikes before and after every write, and each time old or new is found", async () => {
  const seen = new Set<string>();
  const runs = await crashSweep("a", async (run) => {
    const cell = new VirtualCell({ seed: 1, events: new EventList(), probe: run.probe });
    run.arm((id, unsynced) => void cell.power.cut(id, unsynced));
    const unit = new Scripted(
      (_, world) => world.clock.wake(seconds(1), { name: "go" }),
      async (_, __, world) => {
        await world.storage.write("state", "new");
        await world.storage.sync();
      },
    );
    const storage = new MemoryStorage({ now: () => cell.time.now() });
    await storage.write("state", "old");
    await storage.sync();
    cell.power.add("a", "test", unit, storage);
    await cell.power.on("a");
    await cell.time.runFor(seconds(2));
    const found = await storage.readText("state");
    seen.add(`${run.point?.write ?? "undisturbed"} ${run.point?.moment ?? ""} ${run.point?.unsynced ?? ""}: ${found}`);
    expect(["old", "new"]).toContain(found);
    expect(cell.power.isOn("a")).toBe(!run.struck);
  });
  expect(runs).toBe(9);
  expect([...seen].sort()).toEqual([
    "1 after kept: new",
    "1 after lost: old",
    "1 before kept: old",
    "1 before lost: old",
    "2 after kept: new",
    "2 after lost: new",
    "2 before kept: new",
    "2 before lost: old",
    "undisturbed  : new",
  ]);
});
