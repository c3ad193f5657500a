import type { Parameters } from "../../wire/api/form.ts";
import { parameter } from "../../wire/api/request.ts";
import type { Resource } from "../../wire/rest/resources.ts";
import {
  attribute,
  childrenNamed,
  descend,
  elementsOf,
  type XmlAttribute,
  type XmlElement,
} from "../../wire/xml/tree.ts";
import { literal } from "../../wire/xpath/ast.ts";
import type { ConfiguredNode } from "../node.ts";

/** The place in a configuration that a call is about. */
export interface RestScope {
  /** XPath of the holder of entries; `undefined`: a place that cannot be written to. */
  readonly holder: string | undefined;
  readonly entries: readonly XmlElement[];
  /** What an entry shows of where it is. */
  readonly place: readonly XmlAttribute[];
}

export type ScopeReading =
  | { readonly ok: true; readonly scope: RestScope }
  | { readonly ok: false; readonly description: string };

const DEVICE = "/config/devices/entry[@name='localhost.localdomain']";
const no = (description: string): ScopeReading => ({ ok: false, description });
const noSuch = (name: string, value: string): ScopeReading =>
  no(`Invalid Query Parameter: ${name} ${value} does not exist`);
const lacks = (name: string): ScopeReading => no(`Missing Query Parameter: ${name}`);

/** Finds the place a call names by `location` and what goes with it. */
export function scopeOfCall(node: ConfiguredNode, resource: Resource, query: Parameters): ScopeReading {
  const { candidate } = node.config;
  const device = descend(candidate, "devices", "entry");
  if (resource.locations.length === 0) return writable(resource, device, DEVICE, []);
  const given = (name: string): string => parameter(query, name) ?? "";
  const word = given("location");
  if (word === "") return lacks("location");
  const location = resource.locations.find((candidateLocation) => candidateLocation === word);
  if (location === undefined || !isOn(node, location)) return no(`Invalid Query Parameter: location ${word}`);
  switch (location) {
    case "shared":
      return writable(resource, descend(candidate, "shared"), "/config/shared", [["location", "shared"]]);
    case "predefined":
      return fixed([], [["location", "predefined"]]);
    case "panorama-pushed":
      return fixed(pushedEntries(node, resource), [["location", "panorama-pushed"]]);
    case "vsys":
    case "device-group": {
      const name = given(location);
      if (name === "") return lacks(location);
      const scope = named(descend(device, location), name);
      if (scope === undefined) return noSuch(location, name);
      const place: readonly XmlAttribute[] = [
        ["location", location],
        [location, name],
      ];
      return writable(resource, scope, `${DEVICE}/${location}/entry[@name=${literal(name)}]`, place);
    }
    case "template":
      return templateScope(resource, device, given("template"), given("vsys") || "vsys1");
  }
}

function templateScope(resource: Resource, device: XmlElement | undefined, name: string, vsys: string): ScopeReading {
  if (name === "") return lacks("template");
  const template = named(descend(device, "template"), name);
  if (template === undefined) return noSuch("template", name);
  const scope = named(descend(template, "config", "devices", "entry", "vsys"), vsys);
  const path = `${DEVICE}/template/entry[@name=${literal(name)}]${DEVICE}/vsys/entry[@name=${literal(vsys)}]`;
  return writable(resource, scope, path, [
    ["location", "template"],
    ["template", name],
    ["vsys", vsys],
  ]);
}

const isOn = (node: ConfiguredNode, location: string): boolean =>
  node.profile.kind === "panorama"
    ? location !== "vsys" && location !== "panorama-pushed"
    : location !== "device-group" && location !== "template";

function writable(
  resource: Resource,
  scope: XmlElement | undefined,
  path: string,
  place: readonly XmlAttribute[],
): ScopeReading {
  const holder = descend(scope, ...resource.holder);
  const entries = holder === undefined || scope === undefined ? [] : childrenNamed(holder, "entry");
  return { ok: true, scope: { holder: `${path}/${resource.holder.join("/")}`, entries, place } };
}

const fixed = (entries: readonly XmlElement[], place: readonly XmlAttribute[]): ScopeReading => ({
  ok: true,
  scope: { holder: undefined, entries, place },
});

const named = (holder: XmlElement | undefined, name: string): XmlElement | undefined =>
  holder && childrenNamed(holder, "entry").find((entry) => attribute(entry, "name") === name);

/** What Panorama pushed of a resource, wherever in the pushed tree it stands. Rules come from before and behind the own ones. */
function pushedEntries({ pushed }: ConfiguredNode, { holder }: Resource): readonly XmlElement[] {
  const [first = "", ...rest] = holder;
  const names = first === "rulebase" ? ["pre-rulebase", "post-rulebase"] : [first];
  const found: XmlElement[] = [];
  const visit = (element: XmlElement): void => {
    for (const inner of elementsOf(element)) {
      const last = names.includes(inner.name) ? descend(inner, ...rest) : undefined;
      if (last !== undefined) found.push(...childrenNamed(last, "entry"));
      else visit(inner);
    }
  };
  if (pushed !== undefined) visit(pushed);
  return found;
}
