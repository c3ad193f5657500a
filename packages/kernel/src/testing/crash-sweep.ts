import type { WriteProbe } from "../power/life.ts";
import type { Unsynced } from "../power/power.ts";

/** One place of a sweep: the n-th write (from 1) of a stand-in, before or after it. */
export interface CrashPoint {
  readonly write: number;
  readonly moment: "before" | "after";
  readonly unsynced: Unsynced;
}

export interface SweepRun {
  readonly probe: WriteProbe;
  /** Gives the run what cuts a stand-in's power; writes count from then on. */
  arm(cut: (unit: string, unsynced: Unsynced) => void): void;
  /** The story is told: what is written from now on (at the site's end) does not count. */
  over(): void;
  /** The point at which power was cut; `undefined` in the first, undisturbed run. */
  readonly point: CrashPoint | undefined;
  /** Whether the cut has happened. */
  readonly struck: boolean;
}

/**
 * Runs a scenario undisturbed to count a stand-in's writes, then once per write, moment and fate of unsynced files with a power
 * cut at that point. The scenario builds its site with `run.probe`, arms the run, goes on after the cut (switching the
 * stand-in on again) and asserts that everything is wholly old or wholly new. Returns the number of runs.
 * `every` takes each n-th point only, for sweeps over sockets.
 */
export async function crashSweep(
  unit: string | ((id: string) => boolean),
  scenario: (run: SweepRun) => Promise<void>,
  options: {
    readonly every?: number;
    readonly fates?: readonly Unsynced[];
    readonly from?: (what: string) => boolean;
  } = {},
): Promise<number> {
  const concerns = typeof unit === "string" ? (id: string): boolean => id === unit : unit;
  const counting = new Run(undefined, concerns);
  await scenario(counting);
  const points: CrashPoint[] = [];
  for (let write = 1; write <= counting.writes; write += options.every ?? 1) {
    for (const moment of ["before", "after"] as const) {
      for (const unsynced of options.fates ?? (["lost", "kept"] as const)) points.push({ write, moment, unsynced });
    }
  }
  for (const point of points) {
    const run = new Run(point, concerns);
    try {
      await scenario(run);
    } catch (error) {
      throw new Error(
        `Power cut ${point.moment} write ${point.write} (${run.what}), unsynced files ${point.unsynced}: ${String(error)}`,
        { cause: error },
      );
    }
    if (!run.struck) throw new Error(`The scenario never reached write ${point.write}; it must be deterministic.`);
  }
  if (points.length === 0) throw new Error("The scenario made no write that the sweep could strike.");
  return points.length + 1;
}

class Run implements SweepRun, WriteProbe {
  readonly point: CrashPoint | undefined;
  readonly #concerns: (id: string) => boolean;
  #cut: ((unit: string, unsynced: Unsynced) => void) | undefined;
  writes = 0;
  what = "";
  struck = false;

  constructor(point: CrashPoint | undefined, concerns: (id: string) => boolean) {
    this.point = point;
    this.#concerns = concerns;
  }

  get probe(): WriteProbe {
    return this;
  }

  arm(cut: (unit: string, unsynced: Unsynced) => void): void {
    this.#cut = cut;
  }

  over(): void {
    this.#cut = undefined;
  }

  gone(unit: string, what: string, moment: "before" | "after"): boolean {
    if (!this.#concerns(unit) || this.#cut === undefined) return false;
    if (moment === "before") this.writes++;
    const { point } = this;
    if (point === undefined || this.struck || this.writes !== point.write || moment !== point.moment) return false;
    this.struck = true;
    this.what = `${what} of ${unit}`;
    this.#cut(unit, point.unsynced);
    return true;
  }
}
