/**
 * Check-ins of Pantavisor devices in virtual time: µs per check-in and bytes per device at 10,000, 100,000 and 1,000,000
 * devices. `node … bench/million.ts [devices …]`; run it with `--expose-gc` for figures of memory.
 *
 * Up to 100,000 devices all cells live at once, so that memory is that of the whole fleet; a million runs cell by cell, as
 * labs do, and memory is that of one cell.
 */
import { type CellPlan, openCell, planCells, readLab } from "@understudy/fleet";
import { type EventRecorder, later, seconds, type VirtualCell } from "@understudy/kernel";

const SETTLE = seconds(60);
const SPAN_S = 120;
const INTERVAL_S = 10;
const WHOLE_UP_TO = 100_000;

interface Figures {
  readonly devices: number;
  readonly checkIns: number;
  readonly microsecondsPerCheckIn: number;
  readonly bytesPerDevice: number;
}

const source = (count: number): { text: string; file: string } => ({
  file: "million",
  text: `{ duration: 10m, fleets: [{ family: pantavisor, count: ${count} }] }`,
});

const silent: EventRecorder = { record: () => undefined };

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

async function measure(count: number): Promise<Figures> {
  const lab = await readLab(source(count));
  const plans = planCells(lab);
  const open = (plan: CellPlan): Promise<VirtualCell> =>
    openCell(lab, plan, plans.length, { events: silent, failed: () => undefined });
  const before = heap();
  let took = 0;
  let bytes = 0;
  const cells: VirtualCell[] = [];
  for (const plan of plans) {
    const cell = await open(plan);
    await cell.time.runUntil(later(cell.time.now(), SETTLE));
    if (count <= WHOLE_UP_TO) cells.push(cell);
    else {
      if (plan.number === 0) bytes = (heap() - before) / cell.devices.size;
      took += await checkIns(cell);
    }
  }
  if (count <= WHOLE_UP_TO) {
    bytes = (heap() - before) / count;
    for (const cell of cells) took += await checkIns(cell);
  }
  const done = count * (SPAN_S / INTERVAL_S);
  return {
    devices: count,
    checkIns: done,
    microsecondsPerCheckIn: round((took * 1000) / done),
    bytesPerDevice: Math.round(bytes),
  };
}

async function checkIns(cell: VirtualCell): Promise<number> {
  const start = performance.now();
  await cell.time.runUntil(later(cell.time.now(), seconds(SPAN_S)));
  return performance.now() - start;
}

const round = (n: number): number => Math.round(n * 10) / 10;

await measure(1_000); // warms the compiler up; not told
const counts = process.argv.slice(2).map(Number);
for (const count of counts.length > 0 ? counts : [10_000, 100_000, 1_000_000]) {
  process.stdout.write(`${JSON.stringify({ bench: "million", ...(await measure(count)) })}\n`);
}
