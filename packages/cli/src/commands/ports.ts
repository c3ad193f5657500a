import { refused } from "@understudy/kernel/live";

/** A port option's value, 0 … 65535. Throws the usage error that names the option. */
export function portOption(option: string, given: unknown): number {
  const text = String(given);
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 65_535) return value;
  throw refused(option, given, "a port from 0 (a free one) to 65535");
}

/** A whole number option's value within bounds. */
export function countOption(option: string, given: unknown, from: number, to: number): number {
  const text = String(given);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw refused(option, given, `a whole number from ${from} to ${to}`);
}

/** A share's value, 0 … 1. */
export function shareOption(option: string, given: unknown): number {
  const text = String(given);
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 1) return value;
  throw refused(option, given, "a number from 0 to 1");
}
