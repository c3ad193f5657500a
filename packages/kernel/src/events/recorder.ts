import { applyChange, type JsonObject, type LabEvent } from "./event.ts";

/** Where all events of a ground go. */
export interface EventRecorder {
  record(event: LabEvent): void;
}

/** The line of an event in an event file: compact JSON, keys in a fixed order, no line break. */
export function eventLine(event: LabEvent): string {
  const { t, source, seq, type, change, about } = event;
  return JSON.stringify(
    about === undefined ? { t, source, seq, type, change } : { t, source, seq, type, change, about },
  );
}

/** Keeps every event; for tests and small labs. */
export class EventList implements EventRecorder {
  readonly events: LabEvent[] = [];

  record(event: LabEvent): void {
    this.events.push(event);
  }

  /** The event file's content. */
  lines(): string {
    return this.events.map((event) => `${eventLine(event)}\n`).join("");
  }

  ofSource(source: string): readonly LabEvent[] {
    return this.events.filter((event) => event.source === source);
  }
}

/** State after an event: `boot` carries the whole state, every other type a change. */
export function foldEvent(state: JsonObject, event: Pick<LabEvent, "type" | "change">): JsonObject {
  return event.type === "boot" ? event.change : applyChange(state, event.change);
}
