import { type Calendar, type Duration, type Instant, parseIso, toCalendar } from "@understudy/kernel";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const two = (n: number): string => String(n).padStart(2, "0");
const clockOf = (c: Calendar): string => `${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
const monthOf = (c: Calendar): string => MONTHS[c.month - 1] ?? "";

/** `2025/03/04 10:11:12`, as jobs and logs show it. */
export function dateTime(at: Instant): string {
  const c = toCalendar(at);
  return `${c.year}/${two(c.month)}/${two(c.day)} ${clockOf(c)}`;
}

/** `10:11:12`. */
export const timeOfDay = (at: Instant): string => clockOf(toCalendar(at));

/** `Tue Mar  4 10:11:12 2025`; with a zone, the name stands before the year. */
export function longTime(at: Instant, zone?: string): string {
  const c = toCalendar(at);
  const day = String(c.day).padStart(2, " ");
  return `${WEEKDAYS[c.weekday]} ${monthOf(c).slice(0, 3)} ${day} ${clockOf(c)}${zone === undefined ? "" : ` ${zone}`} ${c.year}`;
}

/** `March 04, 2025`, as licences show it. */
export function longDate(at: Instant): string {
  const c = toCalendar(at);
  return `${monthOf(c)} ${two(c.day)}, ${c.year}`;
}

/** The day that `March 04, 2025` names, as licences show it; `undefined` for `Never` and texts that are none. */
export function parseLongDate(text: string): Instant | undefined {
  const [, name = "", day = "", year = ""] = /^([A-Z][a-z]+) (\d{1,2}), (\d{4})$/.exec(text.trim()) ?? [];
  const month = MONTHS.indexOf(name) + 1;
  return month === 0 ? undefined : parseIso(`${year}-${two(month)}-${two(Number(day))}T00:00:00Z`);
}

/** `5 days, 1:02:03`, also for less than a day. */
export function uptime(length: Duration): string {
  const total = Math.max(0, Math.floor(length / 1000));
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3600);
  return `${days} days, ${hours}:${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
}

/** The length that {@link uptime} wrote, in milliseconds; `undefined` when the text is none. */
export function parseUptime(text: string): Duration | undefined {
  const match = /^(\d+) days?, (\d+):(\d\d):(\d\d)$/.exec(text.trim());
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number);
  return ((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000) as Duration; // a sum of whole seconds in milliseconds
}
