import { isRecord, member, textAt, type UnknownRecord } from "../fields.ts";
import type { ServiceExport, ServiceRequirement } from "./system-state.ts";

const TYPES: readonly string[] = ["rest", "dbus", "unix", "drm", "wayland", "input"];

/** Reads `services.json`: a list, or an object with the list under `services`. Entries without a name are left out. */
export function readExports(value: unknown): readonly ServiceExport[] {
  return recordsIn(isRecord(value) ? member(value, "services") : value).map((entry) => {
    const type = textAt(entry, "type") ?? "";
    return {
      name: textAt(entry, "name") ?? "",
      type: TYPES.includes(type) ? type : "unknown",
      socket: textAt(entry, "socket"),
    };
  });
}

/** Reads `services` of a `run.json`: what the container needs, required or optional. */
export function readRequirements(services: UnknownRecord | undefined): readonly ServiceRequirement[] {
  if (services === undefined) return [];
  const read = (key: "required" | "optional"): readonly ServiceRequirement[] =>
    recordsIn(member(services, key)).map((entry) => ({
      name: textAt(entry, "name") ?? "",
      type: textAt(entry, "type"),
      role: textAt(entry, "role") ?? "any",
      interface: textAt(entry, "interface"),
      target: textAt(entry, "target"),
      required: key === "required",
    }));
  return [...read("required"), ...read("optional")];
}

const recordsIn = (value: unknown): readonly UnknownRecord[] =>
  Array.isArray(value) ? value.filter(isRecord).filter((entry) => (textAt(entry, "name") ?? "") !== "") : [];
