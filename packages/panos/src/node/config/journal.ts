import type { Instant } from "@understudy/kernel";
import type { XmlElement } from "../../wire/xml/tree.ts";
import { applyTo, type ConfigChange } from "./change.ts";

/** A change of the candidate that was made. */
export interface JournalEntry {
  /** Rises by one with each change; never used twice. */
  readonly seq: number;
  readonly at: Instant;
  readonly admin: string;
  readonly change: ConfigChange;
}

/** Which entries a running configuration holds already. */
export interface Coverage {
  readonly upTo: number;
  /** Entries up to there that it does not hold: those a partial commit left out. */
  readonly except: readonly number[];
}

export const isCovered = ({ seq }: JournalEntry, { upTo, except }: Coverage): boolean =>
  seq <= upTo && !except.includes(seq);

/** The tree with the entries applied in order. One that does not apply any more is passed over. */
export function replay(root: XmlElement, entries: Iterable<JournalEntry>): XmlElement {
  let current = root;
  for (const { change } of entries) {
    const edited = applyTo(current, change);
    if (edited.kind === "changed") current = edited.root;
  }
  return current;
}
