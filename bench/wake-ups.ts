/**
 * Wake-ups per second in virtual time with 100,000 pending: of the clock alone, and of whole stand-ins, where each wake-up is an
 * episode that `Power` starts and that sets the next one through its `World`.
 */
import {
  type Due,
  EventList,
  later,
  MemoryStorage,
  seconds,
  type Unit,
  VirtualCell,
  VirtualTime,
  type World,
} from "@understudy/kernel";

const PENDING = 100_000;
const PERIOD = seconds(10);
const SPAN = seconds(60);

/** Waits, on the clock alone, that renew themselves. */
class Wait implements Due {
  static count = 0;
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  due(): void {
    Wait.count++;
    this.#time.schedule(later(this.#time.now(), PERIOD), this, 0);
  }
}

class Ticker implements Unit {
  static count = 0;
  #world: World | undefined;

  async boot(world: World): Promise<void> {
    this.#world = world;
    world.clock.wake(seconds(world.random.stream("first").next() * 10), { name: "tick" });
  }

  wake(): void {
    Ticker.count++;
    this.#world?.clock.wake(PERIOD, { name: "tick" });
  }
}

async function clockAlone(): Promise<number> {
  const time = new VirtualTime();
  for (let index = 0; index < PENDING; index++)
    time.schedule(later(time.now(), seconds((index % 10_000) / 1000)), new Wait(time), 0);
  return await rate(time, () => Wait.count);
}

async function standIns(): Promise<number> {
  const cell = new VirtualCell({ seed: 1, events: new EventList() });
  const disks = { now: () => cell.time.now() };
  for (let index = 0; index < PENDING; index++) {
    cell.power.add(`t-${index}`, "bench", new Ticker(), new MemoryStorage(disks));
    await cell.power.on(`t-${index}`);
  }
  return await rate(cell.time, () => Ticker.count);
}

async function rate(time: VirtualTime, count: () => number): Promise<number> {
  await time.runFor(PERIOD);
  const before = count();
  const start = performance.now();
  await time.runFor(SPAN);
  return Math.round(((count() - before) / (performance.now() - start)) * 1000);
}

const figures = { bench: "wake-ups", pending: PENDING, clockAlone: await clockAlone(), standIns: await standIns() };
process.stdout.write(`${JSON.stringify(figures)}\n`);
