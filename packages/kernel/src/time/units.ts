declare const unit: unique symbol;

/** A length of time in milliseconds. Build it with {@link seconds} and its relatives. */
export type Duration = number & { readonly [unit]: "duration" };
/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [unit]: "instant" };
/** A number of bytes. Build it with {@link bytes}, {@link kib}, {@link mib} or {@link gib}. */
export type ByteCount = number & { readonly [unit]: "bytes" };
/** A share from 0 to 100. */
export type Percent = number & { readonly [unit]: "percent" };

export const milliseconds = (n: number): Duration => n as Duration;
export const seconds = (n: number): Duration => (n * 1_000) as Duration;
export const minutes = (n: number): Duration => (n * 60_000) as Duration;
export const hours = (n: number): Duration => (n * 3_600_000) as Duration;
export const days = (n: number): Duration => (n * 86_400_000) as Duration;

export const bytes = (n: number): ByteCount => n as ByteCount;
export const kib = (n: number): ByteCount => (n * 1024) as ByteCount;
export const mib = (n: number): ByteCount => (n * 1024 ** 2) as ByteCount;
export const gib = (n: number): ByteCount => (n * 1024 ** 3) as ByteCount;

export const percent = (n: number): Percent => n as Percent;

/** The instant `ms` milliseconds after the Unix epoch. */
export const instant = (ms: number): Instant => ms as Instant;
export const later = (from: Instant, by: Duration): Instant => (from + by) as Instant;
/** How long it is from `from` to `to`; negative when `to` is earlier. */
export const between = (from: Instant, to: Instant): Duration => (to - from) as Duration;

/** RFC 3339 in UTC with milliseconds, such as `2026-01-01T00:00:00.000Z`. */
export const toIso = (at: Instant): string => new Date(at).toISOString();

/** The instant of an RFC 3339 text with zone; `undefined` when it is not one. A fraction finer than a millisecond is cut. */
export function parseIso(text: string): Instant | undefined {
  if (!/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = Date.parse(text.replace(" ", "T"));
  return Number.isNaN(ms) ? undefined : instant(ms);
}

/** An instant as a wall clock in UTC shows it. `month` and `day` count from 1; `weekday` counts from Sunday = 0. */
export interface Calendar {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

export function toCalendar(at: Instant): Calendar {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/** Where virtual time begins: 2026-01-01T00:00:00Z. */
export const VIRTUAL_EPOCH: Instant = instant(1_767_225_600_000);
