import type { XmlElement, XmlNode } from "../../wire/xml/tree.ts";

/** The element at the end of a way of child positions; `undefined` when there is none. */
export function elementAt(root: XmlElement, way: readonly number[]): XmlElement | undefined {
  let at: XmlNode | undefined = root;
  for (const position of way) at = typeof at === "string" ? undefined : at?.children[position];
  return typeof at === "string" ? undefined : at;
}

/** The tree with another element at the end of a way; `undefined` takes it away. What is not on the way is shared. */
export function replaceAt(root: XmlElement, way: readonly number[], by: XmlElement | undefined): XmlElement {
  const [position, ...rest] = way;
  if (position === undefined) return by ?? { ...root, children: [] };
  const node = root.children[position];
  if (node === undefined || typeof node === "string") return root;
  const next = rest.length === 0 ? by : replaceAt(node, rest, by);
  const children = next === undefined ? root.children.toSpliced(position, 1) : root.children.with(position, next);
  return { ...root, children };
}

/** Ways in an order in which one replacement does not move the next: deepest and last first. */
export const backwards = (ways: readonly (readonly number[])[]): readonly (readonly number[])[] =>
  ways.toSorted((a, b) => {
    for (let at = 0; at < Math.min(a.length, b.length); at++) {
      const difference = (b[at] ?? 0) - (a[at] ?? 0);
      if (difference !== 0) return difference;
    }
    return b.length - a.length;
  });
