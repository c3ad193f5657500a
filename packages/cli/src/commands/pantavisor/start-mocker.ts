import type { LiveLab } from "@understudy/fleet/live";
import { eventLine, type LabEvent, messageOf, UsageError } from "@understudy/kernel";
import { refused, runServer } from "@understudy/kernel/live";
import { choiceOfLine, linesOfEvent, openMockerOnHost } from "@understudy/pantavisor";
import { labOfOneDevice } from "../../lab/lab-of-one.ts";
import { type ServedLab, serveLab } from "../../lab/serve-lab.ts";
import { LineScreen } from "../../terminal/line-screen.ts";
import { readLines } from "../../terminal/read-lines.ts";
import { textLogs } from "../../text/text-logs.ts";
import { portOption } from "../ports.ts";
import { showLog } from "./show-log.ts";

/** What `start` was asked for. */
export interface StartOptions {
  readonly storage: string;
  readonly oneShot?: boolean;
  readonly debug?: boolean;
  readonly auto?: boolean;
  readonly decisionTimeout?: string;
  readonly compat: "safe" | "strict";
  readonly json?: boolean;
  readonly labPort?: string;
}

/** The device's id in its lab of one. */
const DEVICE = "mocker";

/** Runs the device of a storage folder until it ends or is told to. Resolves to the exit code. */
export function startMocker(options: StartOptions): Promise<number> {
  return runServer(async (signal) => {
    const screen = new LineScreen(process.stderr);
    const served = await open(options, screen);
    const ended = follow(served.lab, options, screen, signal);
    const stopReading = readLines(process.stdin, (line) => {
      screen.typed();
      void answer(served.lab, line, screen);
    });
    const close = (): Promise<void> => {
      stopReading();
      return served.close();
    };
    return { addresses: served.addresses, ended, close };
  });
}

async function open(options: StartOptions, screen: LineScreen): Promise<ServedLab> {
  const timeout = decisionTimeout(options.decisionTimeout);
  const place =
    options.labPort === undefined
      ? undefined
      : { host: "127.0.0.1", port: portOption("--lab-port", options.labPort), option: "--lab-port" };
  const mocker = await openMockerOnHost({
    folder: options.storage,
    compat: options.compat,
    automatic: options.auto === true,
    oneShot: options.oneShot === true,
    attended: () => timeout === undefined && process.stdin.isTTY,
    ...(timeout !== undefined && { decisionTimeoutSeconds: timeout }),
  });
  const lab = labOfOneDevice(mocker.family, { id: DEVICE, options: mocker.options });
  const logs = textLogs(screen.line, options.debug === true ? "debug" : "warn");
  return serveLab(
    { name: options.storage, lab, storages: { [DEVICE]: mocker.storage } },
    {
      logs,
      ...(place === undefined ? {} : { api: place }),
    },
  );
}

function decisionTimeout(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const seconds = /^\d{1,8}(\.\d{1,3})?$/.test(given) ? Number(given) : 0;
  if (seconds > 0) return seconds;
  throw refused("--decision-timeout", given, "seconds above 0, such as 30");
}

/** Shows what happens; resolves when the device has ended for good. */
function follow(lab: LiveLab, options: StartOptions, screen: LineScreen, signal: AbortSignal): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let told = 0;
  const more = (): void => {
    while (told < lab.events.newest) {
      const event = lab.events.at(++told);
      if (event === undefined || event.source !== DEVICE) continue;
      if (options.json === true) process.stdout.write(`${eventLine(event)}\n`);
      for (const line of linesOfEvent(event, lab.device(DEVICE)?.state() ?? {})) screen.line(line);
      if (event.type === "boot" && options.debug === true) showLog(lab.network, options.storage, screen.line);
      const code = exitCodeOf(event);
      if (code !== undefined) resolve(code);
    }
  };
  more();
  const unsubscribe = lab.events.subscribe(more);
  signal.addEventListener("abort", unsubscribe);
  return promise;
}

function exitCodeOf({ type }: LabEvent): number | undefined {
  if (type === "power-off") return 0;
  return type === "failed" ? 1 : undefined;
}

/** A typed line, as the answer to the open question; anything else is passed over. */
async function answer(lab: LiveLab, line: string, screen: LineScreen): Promise<void> {
  const question = lab.device(DEVICE)?.state()["question"];
  if (!isObject(question) || !Array.isArray(question.choices)) return;
  const choice = choiceOfLine(line, question.choices.map(String));
  if (choice === undefined) return;
  try {
    await lab.answer(DEVICE, String(question.id), choice);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    screen.line(`[answer] ${messageOf(error)}`);
  }
}

const isObject = (value: unknown): value is LabEvent["change"] =>
  typeof value === "object" && value !== null && !Array.isArray(value);
