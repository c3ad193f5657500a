import type { Instant } from "../time/units.ts";
import { isLogged, type LogLevel } from "./log-level.ts";
import type { Logger } from "./logger.ts";
import { redact } from "./redact.ts";

export interface LogLine {
  readonly t: Instant;
  readonly source: string;
  readonly level: Exclude<LogLevel, "silent">;
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** At least so many lines are kept, at most twice as many; the oldest go first. */
const DEFAULT_LOG_LINES = 10_000;

/** Logs in memory, with the lab's own time: for virtual time and for tests. Same lab, same seed, same lines. */
export class CollectedLogs {
  readonly #now: () => Instant;
  readonly #level: LogLevel;
  readonly #limit: number;
  #lines: LogLine[] = [];
  #dropped = 0;

  /** `level` defaults to `info`, `limit` to {@link DEFAULT_LOG_LINES} lines. */
  constructor(options: { readonly now: () => Instant; readonly level?: LogLevel; readonly limit?: number }) {
    this.#now = options.now;
    this.#level = options.level ?? "info";
    this.#limit = options.limit ?? DEFAULT_LOG_LINES;
  }

  /** The lines that are kept, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** How many lines were dropped to stay within the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The logger of a stand-in, by its id. */
  readonly logFor = (source: string): Logger => ({
    debug: (text, data) => this.#add("debug", source, text, data),
    info: (text, data) => this.#add("info", source, text, data),
    warn: (text, data) => this.#add("warn", source, text, data),
    error: (text, data) => this.#add("error", source, text, data),
  });

  #add(
    level: LogLine["level"],
    source: string,
    text: string | (() => string),
    data: Readonly<Record<string, unknown>> | undefined,
  ): void {
    if (!isLogged(level, this.#level)) return;
    const words = typeof text === "string" ? text : text();
    this.#lines.push({ t: this.#now(), source, level, text: words, ...(data !== undefined && { data: redact(data) }) });
    if (this.#lines.length >= this.#limit * 2) this.#trim();
  }

  /** Dropping half at a time keeps adding cheap. */
  #trim(): void {
    const surplus = this.#lines.length - this.#limit;
    this.#lines = this.#lines.slice(surplus);
    this.#dropped += surplus;
  }
}
