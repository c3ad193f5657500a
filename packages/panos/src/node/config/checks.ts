import { attribute, isElement, type XmlElement } from "../../wire/xml/tree.ts";
import type { Refusal } from "./refusal.ts";

/** The longest name an object or a rule may have. */
export const MAX_NAME = 63;

/** Holders of objects whose names are bounded. */
const BOUNDED = new Set([
  "address",
  "address-group",
  "service",
  "service-group",
  "tag",
  "rules",
  "application",
  "application-group",
  "application-filter",
  "external-list",
  "region",
  "schedule",
  "profile-group",
]);

/** What is wrong with an element that is to stand in `holder`: names that are missing or too long, at any depth. */
export function objection(element: XmlElement, holder: string): Refusal | undefined {
  const name = attribute(element, "name");
  if (element.name === "entry") {
    if (name === undefined || name === "") return { code: 12, lines: [` ${holder} -> entry  is missing 'name'`] };
    const length = Array.from(name).length;
    if (BOUNDED.has(holder) && length > MAX_NAME) {
      return { code: 12, lines: [` ${name} can be at most ${MAX_NAME} characters, but current length: ${length}`] };
    }
  }
  for (const child of element.children) {
    const found = isElement(child) ? objection(child, element.name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
