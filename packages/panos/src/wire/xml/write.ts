import { escapeAttribute, escapeText } from "./characters.ts";
import type { XmlElement, XmlNode } from "./tree.ts";

/** Well-formed XML text. Made by {@link xml}, {@link raw} and {@link writeXml} alone. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in an {@link xml} template: text is escaped, markup is taken as it is, `undefined` is nothing. */
export type Fragment = Markup | string | number | boolean | undefined | readonly Fragment[];

/** Takes text for markup without looking. Only for text that is known to be well-formed. */
export const raw = (markup: string): Markup => ({ markup });

/** Nothing. */
export const NO_MARKUP: Markup = raw("");

/** Writes markup: ``xml`<hostname>${name}</hostname>` ``. Values are escaped for text and for attributes alike. */
export function xml(literals: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  let markup = literals[0] ?? "";
  for (const [index, value] of values.entries()) markup += render(value) + (literals[index + 1] ?? "");
  return { markup };
}

function render(value: Fragment): string {
  if (value === undefined) return "";
  if (typeof value === "string") return escapeAttribute(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isList(value)) return value.map(render).join("");
  return value.markup;
}

const isList = (value: Fragment): value is readonly Fragment[] => Array.isArray(value);

/** `<name>text</name>` for each entry; an empty text gives `<name/>`, `undefined` nothing. */
export function leaves(values: Readonly<Record<string, string | number | undefined>>): Markup {
  let markup = "";
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    markup +=
      value === "" ? `<${name}/>` : `<${name}>${typeof value === "number" ? value : escapeText(value)}</${name}>`;
  }
  return { markup };
}

/** Multi-line text that clients want to read as a block: line breaks stay line breaks. */
export const block = (text: string): Markup => ({ markup: escapeText(text) });

/** A tree as markup, without any white space of its own. */
export function writeXml(tree: XmlElement | readonly XmlNode[]): Markup {
  const parts: string[] = [];
  if (isNodeList(tree)) for (const node of tree) append(parts, node);
  else append(parts, tree);
  return { markup: parts.join("") };
}

const isNodeList = (tree: XmlElement | readonly XmlNode[]): tree is readonly XmlNode[] => Array.isArray(tree);

function append(parts: string[], node: XmlNode): void {
  if (typeof node === "string") {
    parts.push(escapeText(node));
    return;
  }
  parts.push("<", node.name);
  for (const [name, value] of node.attributes) parts.push(" ", name, '="', escapeAttribute(value), '"');
  if (node.children.length === 0) {
    parts.push("/>");
    return;
  }
  parts.push(">");
  for (const inner of node.children) append(parts, inner);
  parts.push("</", node.name, ">");
}
