/**
 * Runs a lab in virtual time on a thread where nothing of real time may be used: clocks and timers throw, and every
 * asynchronous resource other than promises, immediates and ticks is written down. Posts what was found.
 */
import { createHook } from "node:async_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { type LabSource, readLab } from "../../src/lab/read-lab.ts";
import { planCells } from "../../src/run/plan-cells.ts";
import { runCell } from "../../src/run/run-cell.ts";

/** What drains microtasks or belongs to the thread itself. */
const LAWFUL = new Set([
  "PROMISE",
  "Immediate",
  "TickObject",
  "Microtask",
  "WORKER",
  "MESSAGEPORT",
  "MESSAGEPORT_INIT",
]);

export interface Verdict {
  readonly devices: number;
  readonly phases: Readonly<Record<string, number>>;
  readonly offences: readonly string[];
  readonly error?: string;
}

const offences = new Set<string>();

function where(): string {
  const frames = (new Error("trace").stack ?? "")
    .split("\n")
    .filter((line) => /packages|node_modules|examples/.test(line) && !line.includes("lawful-thread"));
  return frames[0]?.trim() ?? "unknown place";
}

function forbid(what: string): (...args: readonly unknown[]) => never {
  return () => {
    offences.add(`${what} ${where()}`);
    throw new Error(`${what} is against the law of virtual time`);
  };
}

class LawfulDate extends Date {
  constructor(...args: ConstructorParameters<typeof Date> | []) {
    if (args.length === 0) forbid("new Date()")();
    super(...(args as ConstructorParameters<typeof Date>)); // the empty case has thrown
  }
  static override now = forbid("Date.now()");
}

async function main(): Promise<void> {
  const lab = await readLab(workerData as LabSource); // given by the test
  const plans = planCells(lab);
  const hook = createHook({
    init(_id, type) {
      if (!LAWFUL.has(type)) offences.add(`${type} ${where()}`);
    },
  });
  Object.assign(globalThis, {
    Date: LawfulDate,
    setTimeout: forbid("setTimeout"),
    setInterval: forbid("setInterval"),
    fetch: forbid("fetch"),
  });
  Object.defineProperty(performance, "now", { value: forbid("performance.now()") });
  Math.random = forbid("Math.random()");
  crypto.getRandomValues = forbid("crypto.getRandomValues()");
  crypto.randomUUID = forbid("crypto.randomUUID()");
  hook.enable();
  const phases: Record<string, number> = {};
  let devices = 0;
  for (const plan of plans) {
    const report = await runCell(lab, plan, plans.length, { events: { record: () => undefined } });
    devices += report.devices;
    for (const [phase, count] of Object.entries(report.phases)) phases[phase] = (phases[phase] ?? 0) + count;
  }
  hook.disable();
  post({ devices, phases, offences: [...offences] });
}

const post = (verdict: Verdict): void => parentPort?.postMessage(verdict);

await main().catch((error: unknown) => post({ devices: 0, phases: {}, offences: [...offences], error: String(error) }));
