import type { JsonObject } from "@understudy/kernel";
import { isSha256 } from "./object-resource.ts";

/** Formats of a state that Pantahub takes. */
export const STATE_SPECS: readonly string[] = [
  "pantavisor-service-system@1",
  "pantavisor-multi-platform@1",
  "pantavisor-service-embed@1",
];

/** What a state refers to, or why it is none. */
export type StateContent =
  | { readonly kind: "valid"; readonly objects: readonly StateObject[] }
  | { readonly kind: "invalid"; readonly reason: string };

/** An entry of a state that stands for an object's content. */
export interface StateObject {
  /** The entry's key: a path such as `app/root.squashfs`. */
  readonly name: string;
  readonly sha256sum: string;
}

/** Entries whose value stands for itself. All others name an object by its SHA-256. */
export const isInlineKey = (key: string): boolean => key === "#spec" || key.endsWith(".json");

/** Checks the form of a state and lists its objects, in the state's own order. An empty map is a state. */
export function readState(state: unknown): StateContent {
  if (typeof state !== "object" || state === null || Array.isArray(state)) return invalid("A state is a JSON object");
  const entries = Object.entries(state as JsonObject); // Checked: an object that came in as JSON.
  if (entries.length === 0) return { kind: "valid", objects: [] };
  const spec = (state as JsonObject)["#spec"];
  if (typeof spec !== "string" || !STATE_SPECS.includes(spec))
    return invalid(`A state has a #spec, one of ${STATE_SPECS.join(", ")}`);
  const objects: StateObject[] = [];
  for (const [name, value] of entries) {
    if (isInlineKey(name)) continue;
    const flaw = flawOf(name, value);
    if (flaw !== undefined) return invalid(flaw);
    objects.push({ name, sha256sum: value as string }); // `flawOf` refuses all but texts.
  }
  return { kind: "valid", objects };
}

function flawOf(name: string, value: unknown): string | undefined {
  if (name.split("/").some((part) => part === "" || part === "." || part === ".."))
    return `${shown(name)} is not a path`;
  if (typeof value !== "string" || !isSha256(value)) return `${shown(name)} does not name an object by its SHA-256`;
  return undefined;
}

const shown = (name: string): string => JSON.stringify(name.length <= 80 ? name : `${name.slice(0, 77)}...`);
const invalid = (reason: string): StateContent => ({ kind: "invalid", reason });
