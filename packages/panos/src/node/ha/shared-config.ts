import { createHash } from "node:crypto";
import type { XmlElement, XmlNode } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";

/** Parts of `deviceconfig` that belong to one member and are never synchronised. */
const LOCAL = new Set(["system", "high-availability"]);

/** What both members have in common: everything but their own names, addresses and HA settings. */
export const sharedPart = (config: XmlElement): XmlElement =>
  withDeviceConfig(config, (own) => own.filter((node) => typeof node === "string" || !LOCAL.has(node.name)));

/** A peer's shared part with a member's own settings. */
export function withOwnPart(shared: XmlElement, own: XmlElement): XmlElement {
  let local: readonly XmlNode[] = [];
  withDeviceConfig(own, (nodes) => {
    local = nodes.filter((node) => typeof node !== "string" && LOCAL.has(node.name));
    return nodes;
  });
  return withDeviceConfig(shared, (nodes) => [
    ...local,
    ...nodes.filter((node) => typeof node === "string" || !LOCAL.has(node.name)),
  ]);
}

function withDeviceConfig(config: XmlElement, change: (nodes: readonly XmlNode[]) => readonly XmlNode[]): XmlElement {
  return within(config, ["devices", "entry", "deviceconfig"], (holder) => ({
    ...holder,
    children: change(holder.children),
  }));
}

function within(parent: XmlElement, path: readonly string[], change: (element: XmlElement) => XmlElement): XmlElement {
  const [name, ...rest] = path;
  if (name === undefined) return change(parent);
  const at = parent.children.findIndex((node) => typeof node !== "string" && node.name === name);
  const found = parent.children[at];
  if (found === undefined || typeof found === "string") return parent;
  return { ...parent, children: parent.children.with(at, within(found, rest, change)) };
}

/** Stands for the shared part: equal digests, equal parts. */
export const digestOf = (config: XmlElement): string =>
  createHash("sha256")
    .update(writeXml(sharedPart(config)).markup)
    .digest("hex")
    .slice(0, 32);
