import type { DestinationStream, Logger as Pino } from "pino";
import type { LogLevel } from "./log-level.ts";
import type { Logger } from "./logger.ts";
import { redact } from "./redact.ts";

/** Gives the logger of a stand-in or server, by its id. */
export type LogBook = (source: string) => Logger;

/**
 * Logs as JSON lines `{level, time, source, msg, …}`, to stderr unless told otherwise; secrets are taken out by name. Lines are
 * written before the call returns, so that none is missing after a crash. For live servers: it reads the machine's time. The
 * library is loaded when the logs are opened.
 */
export async function openPinoLogs(options: {
  readonly level: LogLevel;
  readonly to?: DestinationStream;
}): Promise<LogBook> {
  const { destination, pino, stdTimeFunctions } = await import("pino");
  const root = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redact },
    },
    options.to ?? destination({ dest: 2, sync: true }),
  );
  return (source) => new PinoLogger(root, source);
}

type Level = "debug" | "info" | "warn" | "error";

class PinoLogger implements Logger {
  readonly #root: Pino;
  readonly #source: string;

  constructor(root: Pino, source: string) {
    this.#root = root;
    this.#source = source;
  }

  debug(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void {
    this.#write("debug", text, data);
  }

  info(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void {
    this.#write("info", text, data);
  }

  warn(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void {
    this.#write("warn", text, data);
  }

  error(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void {
    this.#write("error", text, data);
  }

  #write(level: Level, text: string | (() => string), data: Readonly<Record<string, unknown>> | undefined): void {
    if (!this.#root.isLevelEnabled(level)) return;
    this.#root[level]({ source: this.#source, ...data }, typeof text === "string" ? text : text());
  }
}
