/** Asked before and after each write of a stand-in; `true` = the power is gone at that very moment. For crash sweeps. */
export interface WriteProbe {
  gone(unit: string, what: string, moment: "before" | "after"): boolean;
}

/** Whether one boot still has power. What was asked of the outside never completes once it has not. */
export class Life {
  alive = true;
  readonly unit: string;
  readonly #probe: WriteProbe | undefined;

  constructor(unit: string, probe: WriteProbe | undefined) {
    this.unit = unit;
    this.#probe = probe;
  }

  /** The promise, as long as there is power when it settles. */
  guard<T>(promise: Promise<T>): Promise<T> {
    if (!this.alive) return never();
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => {
          if (this.alive) resolve(value);
        },
        (error) => {
          if (this.alive) reject(error);
        },
      );
    });
  }

  /** A guarded write: `act` runs only with power, and its end is seen only with power. */
  write<T>(what: string, act: () => Promise<T>): Promise<T> {
    if (!this.alive) return never();
    const probe = this.#probe;
    if (probe === undefined) return this.guard(act());
    if (probe.gone(this.unit, what, "before")) return never();
    return this.guard(
      act().then((value) => {
        if (this.alive) probe.gone(this.unit, what, "after");
        return value;
      }),
    );
  }
}

/** A promise of its own that never settles, so that whoever waits for it can be forgotten. */
export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
