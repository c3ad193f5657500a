import { keyOf } from "../node/config/merge.ts";
import { attribute, elementsOf, isElement, type XmlElement, type XmlNode } from "../wire/xml/tree.ts";

/** Attributes that tell where a pushed value comes from; those who pushed it alone write and read them. */
const MARKS: ReadonlySet<string> = new Set(["ptpl", "force"]);

/** What Panorama pushed, as it is shown by itself: without the marks it came with. */
export function unmarked(pushed: XmlElement): XmlElement {
  return {
    ...pushed,
    attributes: pushed.attributes.some(([name]) => MARKS.has(name))
      ? pushed.attributes.filter(([name]) => !MARKS.has(name))
      : pushed.attributes,
    children: pushed.children.map((node) => (isElement(node) ? unmarked(node) : node)),
  };
}

/**
 * A firewall's own configuration with the values of its template, each marked with `ptpl` and `src="tpl"`. What the firewall has itself
 * wins, unless the template was pushed with force.
 */
export const withTemplate = (own: XmlElement, template: XmlElement): XmlElement =>
  merged(own, template, attribute(template, "force") === "yes");

function merged(own: XmlElement, template: XmlElement, forced: boolean): XmlElement {
  const children: XmlNode[] = [...own.children];
  const places = new Map(children.flatMap((node, at) => (isElement(node) ? [[keyOf(node), at] as const] : [])));
  for (const given of elementsOf(template)) {
    const at = places.get(keyOf(given));
    const present = at === undefined ? undefined : children[at];
    if (at === undefined || present === undefined || !isElement(present)) children.push(marked(given));
    else if (present.children.some(isElement)) children[at] = merged(present, given, forced);
    else if (forced || (present.children.length === 0 && given.children.some(isElement))) children[at] = marked(given);
  }
  return { ...own, children };
}

const marked = (given: XmlElement): XmlElement => ({
  ...given,
  attributes: attribute(given, "ptpl") === undefined ? given.attributes : [...given.attributes, ["src", "tpl"]],
  children: given.children.map((node) => (isElement(node) ? marked(node) : node)),
});
