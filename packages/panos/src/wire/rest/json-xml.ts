import type { JsonObject, JsonValue } from "@understudy/kernel";
import { elementsOf, textOf, type XmlAttribute, type XmlElement, type XmlNode } from "../xml/tree.ts";

const MAX_DEPTH = 64;
const NAME = /^[A-Za-z_][\w.-]{0,255}$/;
/** Elements of which there may always be several. */
const LISTS = new Set(["entry", "member"]);

/** An element as JSON: attributes as `@name`, a text alone as a string, `member`, `entry` and whatever repeats as lists. */
export function jsonOf(element: XmlElement): JsonValue {
  const inner = elementsOf(element);
  const text = textOf(element);
  if (element.attributes.length === 0 && inner.length === 0 && text !== "") return text;
  const pairs: [string, JsonValue][] = element.attributes.map(([name, value]) => [`@${name}`, value]);
  if (inner.length === 0 && text !== "") pairs.push(["#text", text]);
  for (const [name, same] of Map.groupBy(inner, (child) => child.name)) {
    const [only] = same;
    const isList = LISTS.has(name) || same.length > 1 || only === undefined;
    pairs.push([name, isList ? same.map(jsonOf) : jsonOf(only)]);
  }
  return Object.fromEntries(pairs);
}

/** A JSON value as an element of that name; `undefined` when it cannot be one. Lists become elements of the same name. */
export function elementOf(name: string, value: JsonValue): XmlElement | undefined {
  const made = elementsFor(name, value, 0);
  return made?.length === 1 ? made[0] : undefined;
}

function elementsFor(name: string, value: JsonValue, depth: number): readonly XmlElement[] | undefined {
  if (depth > MAX_DEPTH || !NAME.test(name)) return undefined;
  if (Array.isArray(value))
    return all(value.map((item) => (Array.isArray(item) ? undefined : elementsFor(name, item, depth + 1))));
  if (value === null || typeof value !== "object") {
    const text = value === null ? "" : String(value);
    return [{ name, attributes: [], children: text === "" ? [] : [text] }];
  }
  return contents(name, value as JsonObject, depth); // neither a list nor null
}

function contents(name: string, value: JsonObject, depth: number): readonly XmlElement[] | undefined {
  const attributes: XmlAttribute[] = [];
  const children: XmlNode[] = [];
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    if (key.startsWith("@") || key === "#text") {
      if (typeof part === "object") return undefined;
      if (key === "#text") children.push(String(part));
      else if (!NAME.test(key.slice(1))) return undefined;
      else attributes.push([key.slice(1), String(part)]);
      continue;
    }
    const inner = elementsFor(key, part, depth + 1);
    if (inner === undefined) return undefined;
    children.push(...inner);
  }
  return [{ name, attributes, children }];
}

function all(lists: readonly (readonly XmlElement[] | undefined)[]): readonly XmlElement[] | undefined {
  const flat: XmlElement[] = [];
  for (const list of lists) {
    if (list === undefined) return undefined;
    flat.push(...list);
  }
  return flat;
}
