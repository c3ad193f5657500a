import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLab } from "@understudy/fleet";
import type { LiveLab } from "@understudy/fleet/live";
import type { LabEvent } from "@understudy/kernel";
import { UnderstudyError } from "@understudy/kernel";
import { runServer } from "@understudy/kernel/live";
import type { Command } from "commander";
import type { Outcome } from "../command-line.ts";
import { type ServedLab, serveLab } from "../lab/serve-lab.ts";
import { describeEvent } from "../text/describe-event.ts";
import { portOption } from "./ports.ts";
import { shifted } from "./up.ts";

const DEVICE = "dev-1";
const OBJECT_BYTES = 8 * 1024 * 1024;

/** A Pantahub and one claimed device whose updates end well by themselves. */
const QUICK_START_LAB = `
seed: 1
clouds: { pantahub: {} }
fleets:
  - family: pantavisor
    devices: [{ id: ${DEVICE}, control: true, logs: true, intervals: { stepsSeconds: 2, userMetadataSeconds: 2, deviceMetadataSeconds: 2 }, timing: { rebootMs: 2000 } }]
    decide: { update: done }
`;

/** `understudy quick-start`: a device updating itself from an embedded cloud, then a lab to play with. */
export function defineQuickStart(command: Command, outcome: Outcome): void {
  command
    .option("--once", "end after the update, with exit code 0 when it went well")
    .option("--port-base <n>", "first port: the lab API there, Pantahub ten behind it (default: 7400; 0: free ports)")
    .addHelpText("after", "\nExample:\n  understudy quick-start --once")
    .action(async (options: { readonly once?: boolean; readonly portBase?: string }) => {
      const base = options.portBase === undefined ? 7400 : portOption("--port-base", options.portBase);
      const folder = await mkdtemp(join(tmpdir(), "understudy-quick-start-"));
      try {
        outcome.exitCode = await runServer((signal) => start(folder, base, options.once === true, signal));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
}

async function start(
  folder: string,
  base: number,
  once: boolean,
  signal: AbortSignal,
): Promise<ServedLab & { readonly ended?: Promise<number> }> {
  const lab = await readLab({ text: QUICK_START_LAB, file: "quick-start" });
  const api = { host: "127.0.0.1", port: base, option: "--port-base" };
  const served = await serveLab({ name: "quick-start", lab, data: folder, ports: shifted(lab, base) }, { api });
  const ended = play(served, folder, once, signal);
  return { ...served, ...(once ? { ended } : {}) };
}

/** Publishes the update and tells what happens; then says what to try. */
async function play(served: ServedLab, folder: string, once: boolean, signal: AbortSignal): Promise<number> {
  const { lab } = served;
  const stop = tell(lab);
  try {
    await until(lab, (state) => state.phase === "idle", signal);
    const objects = { "app/root.squashfs": { bytes: OBJECT_BYTES } };
    await lab.act("pantavisor", "publish", { message: "quick start", objects }, [DEVICE]);
    const status = await until(lab, (state) => state.revision === "1" && state.phase === "idle", signal);
    process.stdout.write(`\nThe device runs revision 1; Pantahub says ${status}.\n`);
    if (once) return status === "DONE" ? 0 : 1;
    process.stdout.write(suggestions(served, folder));
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    process.stderr.write(
      `The quick start did not come to its end: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 1;
  } finally {
    if (once) stop();
  }
}

/** Prints the device's events as they happen. */
function tell(lab: LiveLab): () => void {
  let told = 0;
  const more = (): void => {
    while (told < lab.events.newest) {
      const event: LabEvent | undefined = lab.events.at(++told);
      const line = event === undefined ? undefined : describeEvent(event);
      if (line !== undefined) process.stdout.write(`${line}\n`);
    }
  };
  more();
  return lab.events.subscribe(more);
}

/** Waits until the device is as wanted; resolves to what Pantahub believes its status is. */
function until(
  lab: LiveLab,
  wanted: (state: Readonly<Record<string, unknown>>) => boolean,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const device = lab.device(DEVICE);
      if (signal.aborted) finish(() => reject(new UnderstudyError("stopped", "It was stopped.")));
      else if (device !== undefined && wanted(device.state()) && device.differences().length === 0)
        finish(() => resolve(String(device.belief()?.status)));
    };
    const unsubscribe = lab.events.subscribe(look);
    signal.addEventListener("abort", look);
    const finish = (end: () => void): void => {
      unsubscribe();
      signal.removeEventListener("abort", look);
      end();
    };
    look();
  });
}

function suggestions(served: ServedLab, folder: string): string {
  const pantahub = served.addresses.find(({ name }) => name.startsWith("pantahub"))?.url ?? "";
  const socket = `${folder}/stand-ins/${DEVICE}/pantavisor/pv-ctrl`;
  return [
    "",
    `lab API:        ${served.api ?? ""}`,
    `Pantahub:       ${pantahub} (user1, password user1)`,
    `control socket: ${socket}`,
    "",
    "Try, in another terminal:",
    `  curl ${served.api ?? ""}/devices/${DEVICE}`,
    `  curl --unix-socket ${socket} http://localhost/containers`,
    `  curl -X POST ${served.api ?? ""}/actions/pantavisor/publish -H 'Content-Type: application/json' -d '{"args":{"message":"mine"}}'`,
    "",
    "Ctrl-C ends it.",
    "",
  ].join("\n");
}
