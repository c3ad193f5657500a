/** An XML element as plain data. Trees are never changed: whoever changes one makes a new one that shares what stayed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
}

export type XmlAttribute = readonly [name: string, value: string];
/** A string is text, with entities resolved. */
export type XmlNode = XmlElement | string;

const NOTHING: readonly never[] = Object.freeze([]);

/** An element; without content or attributes it is empty. */
export function element(
  name: string,
  children: readonly XmlNode[] | string = NOTHING,
  attributes: readonly XmlAttribute[] = NOTHING,
): XmlElement {
  const content = typeof children === "string" ? (children === "" ? NOTHING : [children]) : children;
  return { name, attributes, children: content };
}

export const isElement = (node: XmlNode): node is XmlElement => typeof node !== "string";

/** The element children, in order. */
export function elementsOf(parent: XmlElement): readonly XmlElement[] {
  return parent.children.every(isElement)
    ? (parent.children as readonly XmlElement[])
    : parent.children.filter(isElement);
}

/** The element children of that name, in order. */
export const childrenNamed = (parent: XmlElement, name: string): readonly XmlElement[] =>
  elementsOf(parent).filter((child) => child.name === name);

/** The first element child of that name. */
export function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  if (parent === undefined) return undefined;
  for (const node of parent.children) if (typeof node !== "string" && node.name === name) return node;
  return undefined;
}

/** The element at the end of a path of first children, such as `["result", "system"]`. */
export function descend(from: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let at = from;
  for (const name of path) at = child(at, name);
  return at;
}

/** The text directly inside an element, in one piece; empty for `undefined`. */
export function textOf(of: XmlElement | undefined): string {
  if (of === undefined) return "";
  const [first] = of.children;
  if (of.children.length === 1 && typeof first === "string") return first;
  return of.children.filter((node) => typeof node === "string").join("");
}

/** The trimmed text of the first child of that name; `undefined` when there is no such child. */
export function childText(parent: XmlElement | undefined, name: string): string | undefined {
  const found = child(parent, name);
  return found === undefined ? undefined : textOf(found).trim();
}

/** All text inside an element at any depth, in document order. */
export function deepText(of: XmlElement): string {
  return of.children.map((node) => (typeof node === "string" ? node : deepText(node))).join("");
}

/** An attribute's value; `undefined` when it is absent. */
export function attribute(of: XmlElement, name: string): string | undefined {
  for (const [key, value] of of.attributes) if (key === name) return value;
  return undefined;
}

/** The first element of that name at any depth, in document order, the element itself excluded. */
export function firstDeep(within: XmlElement, name: string): XmlElement | undefined {
  for (const node of within.children) {
    if (typeof node === "string") continue;
    const found = node.name === name ? node : firstDeep(node, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
