/** Wake-ups per second in virtual time with 100,000 pending; each goes through the power switch as an episode. */
import { EventList, MemoryStorage, seconds, type Unit, VirtualCell, type World } from "@understudy/kernel";

const PENDING = 100_000;
const SPAN_S = 60;

class Ticker implements Unit {
  static wakes = 0;
  #world: World | undefined;

  async boot(world: World): Promise<void> {
    this.#world = world;
    world.clock.wake(seconds(world.random.stream("first").next() * 10), { name: "tick" });
  }

  wake(): void {
    Ticker.wakes++;
    this.#world?.clock.wake(seconds(10), { name: "tick" });
  }
}

const cell = new VirtualCell({ seed: 1, events: new EventList() });
const disks = { now: () => cell.time.now() };
for (let index = 0; index < PENDING; index++) {
  cell.power.add(`t-${index}`, "bench", new Ticker(), new MemoryStorage(disks));
  await cell.power.on(`t-${index}`);
}
await cell.time.runFor(seconds(10));
Ticker.wakes = 0;
const start = performance.now();
await cell.time.runFor(seconds(SPAN_S));
const took = (performance.now() - start) / 1000;
process.stdout.write(
  `${JSON.stringify({ bench: "wake-ups", pending: PENDING, wakes: Ticker.wakes, perSecond: Math.round(Ticker.wakes / took) })}\n`,
);
