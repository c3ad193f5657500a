import type { Instant } from "@understudy/kernel";
import type { PanosNode } from "./node.ts";

/** Percent that a management plane is busy with: its own affairs, the data plane's logs, and a job. */
const [OWN, FOR_DATA_PLANE, FOR_JOB] = [4, 20, 41];
const MINUTE = 60_000;
/** Moments that an average looks at. */
const SAMPLES = 12;

/** How busy the management plane was at a time, in percent; 0 before the boot. */
export function managementBusy(node: PanosNode, at: Instant): number {
  if (at < node.state.bootedAt) return 0;
  const works = node.state.jobs.some(
    ({ started, end }) => started !== undefined && started <= at && (end === undefined || end.at > at),
  );
  return Math.min(100, OWN + FOR_DATA_PLANE * node.loadAt(at) + (works ? FOR_JOB : 0));
}

/** The same on average over the last minutes. */
export function averageBusy(node: PanosNode, minutes: number): number {
  const step = (minutes * MINUTE) / SAMPLES;
  const moments = Array.from({ length: SAMPLES }, (_, n) => Math.max(node.state.bootedAt, node.now() - n * step));
  return moments.reduce((sum, at) => sum + managementBusy(node, at as Instant), 0) / SAMPLES; // instants between boot and now
}

/** Lengths of time that the resource monitor tells of, in milliseconds, with how many of them it keeps. */
export const MONITOR_UNITS = {
  second: { length: 1000, kept: 60 },
  minute: { length: MINUTE, kept: 60 },
  hour: { length: 60 * MINUTE, kept: 24 },
  day: { length: 24 * 60 * MINUTE, kept: 7 },
  week: { length: 7 * 24 * 60 * MINUTE, kept: 13 },
} as const;
export type MonitorUnit = keyof typeof MONITOR_UNITS;

/** Load of one core of the data plane over past units of time, in percent, newest first: on average, and at most. */
export function coreLoad(
  node: PanosNode,
  core: number,
  unit: MonitorUnit,
  count: number,
): { readonly average: readonly number[]; readonly maximum: readonly number[] } {
  const { length } = MONITOR_UNITS[unit];
  const units = Array.from({ length: count }, (_, ago) => {
    const loads = Array.from({ length: SAMPLES }, (__, n) => {
      const at = (node.now() - ago * length - (n * length) / SAMPLES) as Instant; // within the unit
      return node.loadAt(at) === 0 ? 0 : percentOf(node.loadAt(at), core, at);
    });
    return { average: loads.reduce((sum, load) => sum + load, 0) / SAMPLES, maximum: Math.max(...loads) };
  });
  return {
    average: units.map(({ average }) => Math.round(average)),
    maximum: units.map(({ maximum }) => Math.round(maximum)),
  };
}

/** Cores do not share their work quite evenly. */
const percentOf = (load: number, core: number, at: number): number =>
  Math.min(100, 2 + 98 * load * (1 + (((Math.floor(at / MINUTE) + core * 3) % 5) - 2) / 20));
