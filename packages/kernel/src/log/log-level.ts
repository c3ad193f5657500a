import { UsageError } from "../errors/understudy-error.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** Lines below the level are not even put into words; `silent` writes none. */
export type LogLevel = (typeof LOG_LEVELS)[number];

const DEFAULT_LOG_LEVEL: LogLevel = "warn";

export const isLogLevel = (text: string): text is LogLevel => LOG_LEVELS.some((level) => level === text);

/** The level that the environment variable UNDERSTUDY_LOG names; {@link DEFAULT_LOG_LEVEL} when it is not set. */
export function logLevelFrom(environment: Readonly<Record<string, string | undefined>>): LogLevel {
  const text = environment.UNDERSTUDY_LOG;
  if (text === undefined || text === "") return DEFAULT_LOG_LEVEL;
  if (isLogLevel(text)) return text;
  throw new UsageError("bad-log-level", `UNDERSTUDY_LOG is "${text}"; it may be ${LOG_LEVELS.join(", ")}.`, { text });
}

/** True when a line of `line` is to be written at `level`. */
export function isLogged(line: Exclude<LogLevel, "silent">, level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(line) >= LOG_LEVELS.indexOf(level);
}
