import { createHash } from "node:crypto";
import { mergeInto } from "../../node/config/merge.ts";
import {
  attribute,
  childrenNamed,
  childText,
  descend,
  element,
  isElement,
  textOf,
  type XmlElement,
} from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";

const EMPTY: XmlElement = element("nothing");
/** What a device group holds besides objects and rules. */
const NOT_PUSHED = new Set(["devices", "reference-templates", "description", "authorization-code", "certificate"]);

const entries = (config: XmlElement, holder: string): readonly XmlElement[] =>
  childrenNamed(descend(config, "devices", "entry", holder) ?? EMPTY, "entry");
const nameOf = (entry: XmlElement): string => attribute(entry, "name") ?? "";
const named = (all: readonly XmlElement[], name: string): XmlElement | undefined =>
  all.find((entry) => nameOf(entry) === name);

export const deviceGroup = (config: XmlElement, name: string): XmlElement | undefined =>
  named(entries(config, "device-group"), name);
export const templateStack = (config: XmlElement, name: string): XmlElement | undefined =>
  named(entries(config, "template-stack"), name);
export const template = (config: XmlElement, name: string): XmlElement | undefined =>
  named(entries(config, "template"), name);

/** Serials below a device group or a template stack. */
export const serialsOf = (holder: XmlElement): readonly string[] =>
  childrenNamed(descend(holder, "devices") ?? EMPTY, "entry").map(nameOf);

/** The holder that a firewall belongs to; `undefined` when it belongs to none. */
export const holderOf = (
  config: XmlElement,
  kind: "device-group" | "template-stack",
  serial: string,
): XmlElement | undefined => entries(config, kind).find((entry) => serialsOf(entry).includes(serial));

/** {@link holderOf} for every firewall that has one, by serial. */
export function holdersBySerial(
  config: XmlElement,
  kind: "device-group" | "template-stack",
): ReadonlyMap<string, XmlElement> {
  const holders = new Map<string, XmlElement>();
  for (const entry of entries(config, kind))
    for (const serial of serialsOf(entry)) if (!holders.has(serial)) holders.set(serial, entry);
  return holders;
}

/** Names of the templates of a stack, the most important first. */
export const templatesOf = (stack: XmlElement): readonly string[] =>
  childrenNamed(descend(stack, "templates") ?? EMPTY, "member").map((member) => textOf(member).trim());

export const stacksWith = (config: XmlElement, templateName: string): readonly XmlElement[] =>
  entries(config, "template-stack").filter((stack) => templatesOf(stack).includes(templateName));

/** A group and those above it, the topmost first. */
function chainOf(config: XmlElement, name: string): readonly XmlElement[] {
  const readonly = childrenNamed(descend(config, "readonly", "devices", "entry", "device-group") ?? EMPTY, "entry");
  const chain: XmlElement[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && at !== "" && !seen.has(at); ) {
    seen.add(at);
    const group = deviceGroup(config, at);
    if (group !== undefined) chain.unshift(group);
    const known: XmlElement | undefined = named(readonly, at);
    at = known === undefined ? undefined : childText(known, "parent-dg");
  }
  return chain;
}

/** Objects and rules that the firewalls of a group get: what is shared, then those of the groups from the topmost down. */
export function pushedPolicy(config: XmlElement, groupName: string): XmlElement {
  const parts = [descend(config, "shared") ?? EMPTY, ...chainOf(config, groupName)];
  const merged = parts.reduce(
    (whole, part) =>
      mergeInto(
        whole,
        part.children.filter((node) => typeof node !== "string" && !NOT_PUSHED.has(node.name)),
      ),
    element("entry", [], [["name", "vsys1"]]),
  );
  return element("vsys", [merged]);
}

/** Each value with the name of the template it comes from, which firewalls show beside it. */
const markedBy = (node: XmlElement, name: string): XmlElement => ({
  ...node,
  attributes:
    node.name === "entry" || !node.children.some(isElement) ? [...node.attributes, ["ptpl", name]] : node.attributes,
  children: node.children.map((inner) => (isElement(inner) ? markedBy(inner, name) : inner)),
});

/** Settings that the firewalls of a stack get: those of its templates, the most important winning. */
export function pushedTemplate(config: XmlElement, stackName: string): XmlElement {
  const stack = templateStack(config, stackName) ?? EMPTY;
  const parts = [
    ...templatesOf(stack)
      .toReversed()
      .map((name) => template(config, name) ?? EMPTY),
    stack,
  ];
  return parts.reduce(
    (whole, part) => mergeInto(whole, markedBy(descend(part, "config") ?? EMPTY, nameOf(part)).children),
    element("template"),
  );
}

/** Stands for what was or would be pushed. */
export const digestOfPush = (part: XmlElement): string =>
  createHash("sha256").update(writeXml(part).markup).digest("hex").slice(0, 32);
