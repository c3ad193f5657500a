import { attribute, child, childrenNamed, elementsOf, type XmlElement } from "../../wire/xml/tree.ts";
import { unknownReferences } from "./references.ts";

/** What is wrong with a configuration, scope by scope: references to objects that are not there. */
export function validate(kind: "firewall" | "panorama", config: XmlElement): readonly string[] {
  const shared = child(config, "shared");
  const outer = shared === undefined ? [] : [shared];
  const problems = shared === undefined ? [] : unknownReferences(shared, []).map((text) => ` shared -> ${text}`);
  for (const scope of scopes(kind, config)) {
    const found = unknownReferences(scope, outer);
    problems.push(...found.map((text) => ` ${attribute(scope, "name") ?? ""} -> ${text}`));
  }
  return problems;
}

/** The virtual systems of a firewall, or the device groups of a Panorama. */
function scopes(kind: "firewall" | "panorama", config: XmlElement): readonly XmlElement[] {
  const holder = kind === "firewall" ? "vsys" : "device-group";
  const devices = child(config, "devices");
  return (devices === undefined ? [] : elementsOf(devices)).flatMap((device) => {
    const found = child(device, holder);
    return found === undefined ? [] : childrenNamed(found, "entry");
  });
}
