import { attribute, isElement, type XmlElement, type XmlNode } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";

/** Longer differences are cut off with a line that says so. */
export const MAX_DIFF_LINES = 10_000;

/**
 * The difference of two trees as unified text: for each place where they differ its path, then `-` and `+` lines.
 * Siblings are matched by name and `@name`, so that an entry that moved is no difference in itself. Equal trees give an
 * empty text.
 */
export function diffTrees(before: XmlElement, after: XmlElement): string {
  const lines: string[] = [];
  compare(before, after, `/${before.name}`, lines);
  if (lines.length > MAX_DIFF_LINES)
    lines.splice(MAX_DIFF_LINES, lines.length, `… ${lines.length - MAX_DIFF_LINES} more lines`);
  return lines.length === 0 ? "" : `--- running\n+++ candidate\n${lines.join("\n")}\n`;
}

function compare(before: XmlElement, after: XmlElement, path: string, lines: string[]): void {
  if (before === after) return;
  if (isLeaf(before) || isLeaf(after)) {
    if (writeXml(before).markup !== writeXml(after).markup)
      lines.push(`@@ ${path} @@`, ...marked("-", before), ...marked("+", after));
    return;
  }
  const left = keyed(before.children);
  const right = keyed(after.children);
  for (const [key, node] of left) {
    const other = right.get(key);
    if (other === undefined) lines.push(`@@ ${path} @@`, ...marked("-", node));
    else compare(node, other, `${path}/${key}`, lines);
  }
  for (const [key, node] of right) if (!left.has(key)) lines.push(`@@ ${path} @@`, ...marked("+", node));
}

/** Texts, and lists of members, which have no names to match them by, are compared as a whole. */
const isLeaf = (element: XmlElement): boolean =>
  element.children.some((node) => !isElement(node) || node.name === "member");

function keyed(nodes: readonly XmlNode[]): ReadonlyMap<string, XmlElement> {
  const result = new Map<string, XmlElement>();
  for (const node of nodes) {
    if (!isElement(node)) continue;
    const name = attribute(node, "name");
    result.set(name === undefined ? node.name : `${node.name}[@name='${name}']`, node);
  }
  return result;
}

const marked = (sign: "-" | "+", element: XmlElement): readonly string[] =>
  pretty(element, 0).map((line) => `${sign}${line}`);

/** An element as indented lines. */
export function pretty(element: XmlElement, depth: number): readonly string[] {
  const indent = "  ".repeat(depth);
  if (!element.children.some(isElement)) return [indent + writeXml(element).markup];
  const empty = writeXml({ ...element, children: [] }).markup;
  const inner = element.children.filter(isElement).flatMap((node) => pretty(node, depth + 1));
  return [`${indent}${empty.slice(0, -2)}>`, ...inner, `${indent}</${element.name}>`];
}
