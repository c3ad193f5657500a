import { between, type Instant, type Random } from "@understudy/kernel";

/** What a device measures of itself; the names and units are the report's. */
export interface Metrics {
  readonly cpu_usage: number;
  readonly memory_usage: number;
  readonly memory_total: number;
  readonly storage_usage: number;
  readonly storage_total: number;
  readonly temperature: number;
  readonly cpu_temp: number;
  readonly uptime: number;
}

const MEMORY_TOTAL_MB = 2_048;
const STORAGE_TOTAL_MB = 29_696;

/**
 * A plausible small device, from a stream of its own: nothing else that is drawn shifts what it measures. One stream for all
 * three, drawn in this order, since each stream costs an idle device a hundred bytes.
 */
export function measure(random: Random, bootedAt: Instant, now: Instant): Metrics {
  const chance = random.stream("metrics");
  const cpu = clamp(chance.normal(14, 6), 0, 100);
  const memory = clamp(chance.normal(610, 25), 200, MEMORY_TOTAL_MB);
  const heat = clamp(chance.normal(47, 1.5) + cpu / 10, 10, 95);
  const temperature = Math.round(heat * 10) / 10;
  return {
    cpu_usage: Math.round(cpu),
    memory_usage: Math.round(memory),
    memory_total: MEMORY_TOTAL_MB,
    storage_usage: 4_310,
    storage_total: STORAGE_TOTAL_MB,
    temperature,
    cpu_temp: temperature,
    uptime: between(bootedAt, now) / 1_000,
  };
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
