import type { Instant } from "../time/units.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * One truth. Transitions, questions, faults and changes of belief are events; polls and exchanges are only counted.
 * A stand-in's `state()` equals the fold of its `change`s: each key of `change` replaces that key (null removes it).
 */
export interface LabEvent {
  readonly t: Instant;
  /** Id of the stand-in, or of the cloud. */
  readonly source: string;
  /** Counts from 1 per source, also over power cuts. */
  readonly seq: number;
  readonly type: string;
  readonly change: JsonObject;
  /** What is worth knowing but is not state. */
  readonly about?: JsonObject;
}

/** Where a stand-in tells what has happened. Never throws, never waits. */
export interface EventSink {
  emit(type: string, change: JsonObject, about?: JsonObject): void;
}

/** Applies a change to a state; null removes a key. Neither argument is changed. */
export function applyChange(state: JsonObject, change: JsonObject): JsonObject {
  const next: Record<string, JsonValue> = { ...state };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete next[key];
    else next[key] = value;
  }
  return next;
}
