import type { LogBook, Logger } from "@understudy/kernel";

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];

/** Logs as lines for people: `[WARN] the text`. Lines below `least` are not put into words. */
export function textLogs(line: (text: string) => void, least: Level): LogBook {
  const at =
    (level: Level) =>
    (text: string | (() => string), data?: Readonly<Record<string, unknown>>): void => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
      const reason = typeof data?.error === "string" ? `: ${data.error}` : "";
      line(`[${level.toUpperCase()}] ${typeof text === "string" ? text : text()}${reason}`);
    };
  const logger: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return () => logger;
}
