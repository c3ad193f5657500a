import { instant, toIso } from "@understudy/kernel";

/** An event, as the lab has it or as its API sends it. */
export interface TellableEvent {
  readonly t: number;
  readonly source: string;
  readonly type: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly about?: Readonly<Record<string, unknown>> | undefined;
}

/** One line about an event for people, such as `22:01:07 dev-1 phase testing, progress 75`; `undefined` for events that change nothing. */
export function describeEvent(event: TellableEvent): string | undefined {
  const changes = Object.entries(event.change)
    .filter(([, value]) => typeof value !== "object" || value === null)
    .map(([key, value]) => (value === null ? `no ${key}` : `${key} ${String(value)}`));
  const about = event.type === "failed" || event.type === "fault" ? Object.values(event.about ?? {}).map(String) : [];
  if (changes.length === 0 && about.length === 0) return undefined;
  return `${toIso(instant(event.t)).slice(11, 19)} ${event.source} ${event.type}: ${[...changes, ...about].join(", ")}`;
}
