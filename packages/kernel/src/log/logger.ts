/**
 * Structured logs. Texts may be functions, called only when somebody looks. Secrets never go in.
 */
export interface Logger {
  debug(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void;
  info(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void;
  warn(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void;
  error(text: string | (() => string), data?: Readonly<Record<string, unknown>>): void;
}
