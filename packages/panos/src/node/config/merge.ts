import { attribute, isElement, textOf, type XmlAttribute, type XmlElement, type XmlNode } from "../../wire/xml/tree.ts";

/**
 * Merges siblings into an element as `set` does: entries are matched by `@name`, members by their text, all else by the
 * name of the element; leaves take the new text, what is new goes to the end, and what is there does not move.
 */
export const mergeInto = (target: XmlElement, siblings: readonly XmlNode[]): XmlElement =>
  merge(
    target,
    siblings.map((node) => (isElement(node) ? unified(node) : node)),
  );

/** Siblings that are unified already: were they unified again at each depth, nested doubles would take for ever. */
function merge(target: XmlElement, siblings: readonly XmlNode[]): XmlElement {
  const elements = siblings.filter(isElement);
  if (elements.length === 0) {
    const text = siblings.filter((node) => typeof node === "string").join("");
    return text === "" || target.children.some(isElement) ? target : { ...target, children: [text] };
  }
  const children: XmlNode[] = target.children.filter((node) => typeof node !== "string" || node.trim() !== "");
  const places = placesOf(children);
  for (const element of elements) {
    const key = keyOf(element);
    const place = places.get(key);
    const present = place === undefined ? undefined : children[place];
    if (place === undefined || present === undefined || typeof present === "string") {
      places.set(key, children.push(element) - 1);
    } else children[place] = mergeElements(present, element);
  }
  return { ...target, children };
}

/** An element in which entries of one name are one entry, at any depth. The same object when they were. */
export function unified(element: XmlElement): XmlElement {
  const children = element.children.map((node) => (typeof node === "string" ? node : unified(node)));
  const isSame = children.every((node, at) => node === element.children[at]);
  const known = isSame ? element : { ...element, children };
  const names = children.flatMap((node) => (isElement(node) && node.name === "entry" ? [attribute(node, "name")] : []));
  return new Set(names).size === names.length ? known : merge({ ...known, children: [] }, known.children);
}

/** One element merged into another that stands for the same thing. */
function mergeElements(present: XmlElement, added: XmlElement): XmlElement {
  const attributes = mergeAttributes(present.attributes, added.attributes);
  return merge(attributes === present.attributes ? present : { ...present, attributes }, added.children);
}

function mergeAttributes(present: readonly XmlAttribute[], added: readonly XmlAttribute[]): readonly XmlAttribute[] {
  const known = new Map(present);
  if (added.every(([name, value]) => known.get(name) === value)) return present;
  for (const [name, value] of added) known.set(name, value);
  return [...known];
}

function placesOf(children: readonly XmlNode[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [place, node] of children.entries()) {
    if (typeof node === "string") continue;
    const key = keyOf(node);
    if (!places.has(key)) places.set(key, place);
  }
  return places;
}

/** What makes two siblings the same thing. */
export function keyOf(element: XmlElement): string {
  const name = attribute(element, "name");
  if (name !== undefined) return `${element.name} @${name}`;
  return element.name === "member" ? `member =${textOf(element).trim()}` : element.name;
}
