/**
 * Edge devices in virtual time, cloud included: bytes per idle device, and µs per device and minute (a poll, a report with
 * metrics by MQTT, a ping). `node --conditions=understudy-source --expose-gc packages/edge/bench/fleet.ts [devices …]`
 */

import { edge } from "@understudy/edge";
import { type EventRecorder, later, minutes, tcp, VirtualCell } from "@understudy/kernel";

const silent: EventRecorder = { record: () => undefined };
const CELL = 1_000;

function heap(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function cellOf(number: number): Promise<VirtualCell> {
  const cell = new VirtualCell({ seed: 1, cell: number, events: silent });
  const listen = { http: tcp("edge-cloud", 7430), mqtt: tcp("edge-cloud", 7431) };
  await cell.addCloud(edge, { name: "edge-cloud", options: {}, listen });
  for (let index = 0; index < CELL; index++) {
    const id = `edge-${number * CELL + index}`;
    await cell.addDevice(edge, { id, index, options: {} }, { cloud: "edge-cloud" });
    await cell.power.on(id);
  }
  return cell;
}

for (const count of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000]) {
  const before = heap();
  const cells: VirtualCell[] = [];
  const begun = performance.now();
  for (let number = 0; number < count / CELL; number++) {
    const cell = await cellOf(number);
    await cell.time.runUntil(later(cell.time.now(), minutes(10)));
    cells.push(cell);
  }
  const started = performance.now();
  const bytes = (heap() - before) / count;
  const from = performance.now();
  for (const cell of cells) await cell.time.runUntil(later(cell.time.now(), minutes(10)));
  const took = performance.now() - from;
  const reported = [...(cells[0]?.devices.keys() ?? [])].filter(
    (id) => cells[0]?.beliefOf(id)?.["version"] === 1,
  ).length;
  const figures = {
    bench: "edge fleet",
    devices: count,
    bytesPerDevice: Math.round(bytes),
    joinMicroseconds: Math.round(((started - begun) * 1_000) / count),
    microsecondsPerDeviceMinute: Math.round((took * 10_000) / count / 10) / 10,
    reported,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
