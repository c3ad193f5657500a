import type { JsonObject, JsonValue } from "@understudy/kernel";
import { elementOf } from "../../wire/rest/json-xml.ts";
import type { RestFormat } from "../../wire/rest/rest-reply.ts";
import { readXml } from "../../wire/xml/read.ts";
import { attribute, elementsOf, type XmlElement } from "../../wire/xml/tree.ts";

export type BodyReading =
  | { readonly ok: true; readonly entry: XmlElement }
  | { readonly ok: false; readonly description: string };

/** Attributes that tell where an entry is, and are no part of it. */
const PLACES = new Set(["location", "loc", "vsys", "device-group", "template", "uuid"]);

const bad = (description: string): BodyReading => ({ ok: false, description: `Invalid Body: ${description}` });

/** Reads `{"entry": …}` or `<entry …>`: exactly one entry, named as the query says. */
export function readRestBody(body: Uint8Array, format: RestFormat, name: string | undefined): BodyReading {
  const entry = format === "xml" ? entryOfXml(body) : entryOfJson(body);
  if (typeof entry === "string") return bad(entry);
  const own = attribute(entry, "name");
  const wanted = name ?? own;
  if (wanted === undefined || wanted === "") return bad("name is missing");
  if (own !== undefined && own !== wanted) return bad(`name ${own} differs from ${wanted} in the query`);
  const attributes = entry.attributes.filter(([key]) => key !== "name" && !PLACES.has(key));
  return { ok: true, entry: { ...entry, attributes: [["name", wanted], ...attributes] } };
}

function entryOfXml(body: Uint8Array): XmlElement | string {
  const reading = readXml(body);
  if (!reading.ok) return "malformed XML";
  if (reading.root.name === "entry") return reading.root;
  const [only, ...more] = elementsOf(reading.root);
  return only?.name === "entry" && more.length === 0 ? only : "one entry is expected";
}

function entryOfJson(body: Uint8Array): XmlElement | string {
  const value = parsed(body);
  if (value === undefined) return "malformed JSON";
  const entry = isObject(value) ? value["entry"] : undefined;
  const list = Array.isArray(entry) ? (entry as readonly JsonValue[]) : [entry];
  const [only] = list;
  if (list.length !== 1 || only === undefined || !isObject(only)) return "one entry is expected";
  return elementOf("entry", only) ?? "an entry cannot be written as XML";
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(body: Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as JsonValue; // what JSON.parse gives
  } catch {
    return undefined; // not JSON, or not UTF-8
  }
}
