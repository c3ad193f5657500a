import type { QueryValues } from "@understudy/kernel";
import type { DeviceResource } from "../../wire/pantahub/device-resource.ts";
import { Refusal } from "../http/refusal.ts";

/** Members of a device that a list can be asked for. */
const MEMBERS = ["id", "prn", "nick", "challenge", "public", "time-created", "time-modified"] as const;
/** Below these, a path of keys: `user-meta.site`. */
const MAPS = ["user-meta", "device-meta"] as const;
const HIDDEN: ReadonlySet<string> = new Set([...MAPS, "secret", "challenge"]);

type Wanted = (device: DeviceResource) => boolean;

/**
 * Which devices a query asks for: `nick=x` equals, `nick=^x` begins with (in any case), `nick=!x` differs. Refuses with 400 operators,
 * and filters by what the caller may not see of foreign devices. Names it does not know count for nothing.
 */
export function deviceFilter(query: QueryValues, { foreign }: { readonly foreign: boolean }): Wanted {
  const wanted = Object.entries(query).flatMap(([name, value]): readonly Wanted[] => {
    const [root = "", ...path] = name.split(".");
    if (name.startsWith("$") || (foreign && HIDDEN.has(root))) throw new Refusal(400, `No filter: ${name}`);
    if (typeof value !== "string") return [];
    const member = MEMBERS.find((one) => one === name);
    if (member !== undefined) return [(device) => fits(String(device[member] ?? ""), value)];
    const map = MAPS.find((one) => one === root);
    return map === undefined || path.length === 0 ? [] : [(device) => fits(textAt(device[map], path), value)];
  });
  return (device) => wanted.every((one) => one(device));
}

/** The text at the end of a path of keys; no other value equals what a query can say. */
function textAt(map: unknown, path: readonly string[]): string | undefined {
  let value: unknown = map;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key]; // it has that key of its own
  }
  return typeof value === "string" ? value : undefined;
}

function fits(member: string | undefined, asked: string): boolean {
  if (asked.startsWith("!")) return member !== asked.slice(1);
  if (member === undefined) return false;
  return asked.startsWith("^") ? member.toLowerCase().startsWith(asked.slice(1).toLowerCase()) : member === asked;
}
