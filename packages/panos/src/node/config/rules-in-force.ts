import { attribute, childrenNamed, descend, type XmlElement } from "../../wire/xml/tree.ts";
import type { ConfiguredNode } from "../node.ts";

const NOTHING: XmlElement = { name: "", attributes: [], children: [] };

/** Rules of a kind, such as `security`, in a rulebase; none when there is no such rulebase. */
export const rulesIn = (rulebase: XmlElement | undefined, kind: string): readonly XmlElement[] =>
  childrenNamed(descend(rulebase, kind, "rules") ?? NOTHING, "entry");

/** The rules a firewall goes through, in this order: those pushed before its own, its own, those pushed after. */
export function rulesInForce(node: ConfiguredNode, vsys: string, kind: string): readonly XmlElement[] {
  const own = vsysNamed(descend(node.config.running, "devices", "entry"), vsys);
  const pushed = vsysNamed(node.pushed, vsys);
  return [
    ...rulesIn(descend(pushed, "pre-rulebase"), kind),
    ...rulesIn(descend(own, "rulebase"), kind),
    ...rulesIn(descend(pushed, "post-rulebase"), kind),
  ];
}

const vsysNamed = (parent: XmlElement | undefined, name: string): XmlElement | undefined =>
  childrenNamed(descend(parent, "vsys") ?? NOTHING, "entry").find((entry) => attribute(entry, "name") === name);
