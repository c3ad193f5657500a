import {
  attribute,
  child,
  childrenNamed,
  childText,
  descend,
  elementsOf,
  type XmlElement,
} from "../../wire/xml/tree.ts";
import { unknownReferences } from "./references.ts";

/**
 * What is wrong with a configuration, scope by scope: references to objects that are not there. `pushed`: what Panorama pushed, whose
 * objects the firewall's own rules may name.
 */
export function validate(
  kind: "firewall" | "panorama",
  config: XmlElement,
  pushed: XmlElement | undefined,
): readonly string[] {
  const shared = child(config, "shared");
  const outer = shared === undefined ? [] : [shared];
  const problems = shared === undefined ? [] : unknownReferences(shared, []).map((text) => ` shared -> ${text}`);
  for (const scope of scopes(kind, config)) {
    const around = kind === "firewall" ? scopesPushed(pushed) : groupsAbove(config, scope);
    const found = unknownReferences(scope, [...outer, ...around]);
    problems.push(...found.map((text) => ` ${attribute(scope, "name") ?? ""} -> ${text}`));
  }
  return problems;
}

/** The virtual systems of a firewall, or the device groups of a Panorama. */
function scopes(kind: "firewall" | "panorama", config: XmlElement): readonly XmlElement[] {
  const holder = kind === "firewall" ? "vsys" : "device-group";
  const devices = child(config, "devices");
  return (devices === undefined ? [] : elementsOf(devices)).flatMap((device) => entriesOf(child(device, holder)));
}

const entriesOf = (holder: XmlElement | undefined): readonly XmlElement[] =>
  holder === undefined ? [] : childrenNamed(holder, "entry");

const scopesPushed = (pushed: XmlElement | undefined): readonly XmlElement[] => entriesOf(child(pushed, "vsys"));

/** A device group may use the objects of those above it. */
function groupsAbove(config: XmlElement, group: XmlElement): readonly XmlElement[] {
  const named = (all: readonly XmlElement[], name: string): XmlElement | undefined =>
    all.find((entry) => attribute(entry, "name") === name);
  const groups = scopes("panorama", config);
  const known = entriesOf(descend(config, "readonly", "devices", "entry", "device-group"));
  const above: XmlElement[] = [];
  for (let at: XmlElement | undefined = group; at !== undefined; ) {
    const parent = childText(named(known, attribute(at, "name") ?? "") ?? at, "parent-dg") ?? "";
    at = named(groups, parent);
    if (at === group || (at !== undefined && above.includes(at))) break;
    if (at !== undefined) above.push(at);
  }
  return above;
}
