import type { Due } from "../time/clock.ts";
import { type Duration, later } from "../time/units.ts";
import type { Cell } from "./cell.ts";

/** How often devices are looked at, and for how long they are waited for, in the cell's time. */
export interface Patience {
  readonly poll: Duration;
  readonly limit: Duration;
}

/**
 * Resolves when all devices that are on have settled, each by its family's `isSettled`, or when `signal` is aborted or the time is
 * up: then to the ids of those that have not.
 */
export async function settled(cell: Cell, patience: Patience, signal: AbortSignal): Promise<readonly string[]> {
  const { time } = cell.ground;
  const deadline = later(time.now(), patience.limit);
  for (let open = unsettled(cell, cell.devices.keys()); ; ) {
    for (let last = open.at(-1); last !== undefined && !isUnsettled(cell, last); last = open.at(-1)) open.pop();
    if (open.length === 0) open = unsettled(cell, cell.devices.keys()); // all at once, not one after another
    if (open.length === 0 || signal.aborted) return open;
    if (time.now() >= deadline) return unsettled(cell, open);
    await pause(cell, patience.poll, signal);
  }
}

const unsettled = (cell: Cell, ids: Iterable<string>): string[] => [...ids].filter((id) => isUnsettled(cell, id));

function isUnsettled(cell: Cell, id: string): boolean {
  const { family } = cell.device(id);
  return family.isSettled !== undefined && cell.power.isUp(id) && !family.isSettled(cell.stateOf(id));
}

function pause({ ground: { time } }: Cell, length: Duration, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over: Due = { due: () => resolve() };
    const ticket = time.schedule(later(time.now(), length), over, 0);
    const stop = (): void => {
      time.cancel(ticket);
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
