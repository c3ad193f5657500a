import { describeFailure } from "./describe-failure.ts";
import type { ServedAddress } from "./listen.ts";

/** A server that is ready. */
export interface Running {
  /** Printed one per line. */
  readonly addresses: readonly ServedAddress[];
  /** Further lines to print, such as how to trust the certificate. */
  readonly notices?: readonly string[];
  /** Resolves to an exit code when the server ends by itself; absent: it runs until it is told to stop. */
  readonly ended?: Promise<number>;
  close(): Promise<void>;
}

/** What a server needs of its process. Node's `process` is one. */
export interface ServerProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  on(event: StopSignal, listener: () => void): unknown;
  removeListener(event: StopSignal, listener: () => void): unknown;
  /** Called at the second signal only. */
  exit(code: number): unknown;
}

export type StopSignal = "SIGTERM" | "SIGINT";

/** How long closing may take before it is given up; a process ends in less than 2 s after a signal. */
export const CLOSE_LIMIT_MS = 1_500;
const EXIT_AT_SECOND_SIGNAL = 130;

/** Under npm one key press arrives twice, from the terminal and through npm: within this time two signals are one. */
export const SAME_SIGNAL_MS = 300;

/**
 * Starts a server, prints a line per address when it is ready, and waits for SIGTERM, SIGINT or its own end. Then it is closed,
 * within {@link CLOSE_LIMIT_MS}. Resolves to the exit code, with which the caller ends the process: 0 after a signal, 1 or 2
 * with one line on stderr when starting fails. A second signal ends the process at once.
 */
export async function runServer(
  start: (signal: AbortSignal) => Promise<Running>,
  host: ServerProcess = process,
): Promise<number> {
  const stop = new AbortController();
  const { promise: stopped, resolve: stopNow } = Promise.withResolvers<number>();
  let first = Number.NEGATIVE_INFINITY;
  const onSignal = (): void => {
    const now = performance.now();
    if (stop.signal.aborted && now - first >= SAME_SIGNAL_MS) host.exit(EXIT_AT_SECOND_SIGNAL);
    if (stop.signal.aborted) return;
    first = now;
    stop.abort();
    stopNow(0);
  };
  host.on("SIGTERM", onSignal);
  host.on("SIGINT", onSignal);
  try {
    return await run(start, host, stop.signal, stopped);
  } catch (error) {
    const { text, exitCode } = describeFailure(error, host.env);
    host.stderr.write(`${text}\n`);
    return exitCode;
  } finally {
    host.removeListener("SIGTERM", onSignal);
    host.removeListener("SIGINT", onSignal);
  }
}

async function run(
  start: (signal: AbortSignal) => Promise<Running>,
  host: ServerProcess,
  signal: AbortSignal,
  stopped: Promise<number>,
): Promise<number> {
  const starting = start(signal);
  const running = await Promise.race([starting, stopped]);
  if (typeof running === "number") {
    await closeWithin(closeWhenStarted(starting), host);
    return running;
  }
  for (const { name, url } of running.addresses) host.stdout.write(`${name}: ${url}\n`);
  for (const notice of running.notices ?? []) host.stdout.write(`${notice}\n`);
  const exitCode = await Promise.race(running.ended === undefined ? [stopped] : [stopped, running.ended]);
  await closeWithin(running.close(), host);
  return exitCode;
}

/** The signal came while the server was starting: what it opened is closed, and why it failed does not matter any more. */
async function closeWhenStarted(starting: Promise<Running>): Promise<void> {
  const running = await starting.catch(() => undefined);
  await running?.close();
}

async function closeWithin(closing: Promise<void>, host: ServerProcess): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(resolve, CLOSE_LIMIT_MS, "late");
  try {
    const result = await Promise.race([closing, late]);
    if (result === "late") host.stderr.write("Closing took too long; what was still open is cut.\n");
  } finally {
    clearTimeout(timer);
  }
}
