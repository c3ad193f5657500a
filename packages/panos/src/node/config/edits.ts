import { CODES } from "../../wire/api/answer.ts";
import { attribute, type XmlElement, type XmlNode } from "../../wire/xml/tree.ts";
import { wantedName, type XPath } from "../../wire/xpath/ast.ts";
import { type Found, select } from "../../wire/xpath/select.ts";
import { backwards, elementAt, replaceAt } from "./at-way.ts";
import { objection } from "./checks.ts";
import { mergeInto, unified } from "./merge.ts";
import { referencesTo, referredKind, renameReferences } from "./references.ts";
import { ABSENT, changed, type Edited, refuse } from "./refusal.ts";
import { creatablePath, ensurePath } from "./set-path.ts";

const NO_SUCH_NODE = refuse(CODES.notPresent, "No such node");
const BAD_XPATH = refuse(CODES.badXpath, "Invalid xpath");

/** Creates the path and merges the siblings into what it leads to. */
export function setAt(root: XmlElement, xpath: XPath, siblings: readonly XmlNode[]): Edited {
  const path = creatablePath(xpath);
  if (path === undefined) return setInto(root, select(root, xpath), siblings);
  const made = ensurePath(root, path);
  if (made === undefined) return BAD_XPATH;
  const target = elementAt(made.root, made.way);
  if (target === undefined) return BAD_XPATH;
  return setInto(made.root, [{ element: target, way: made.way }], siblings);
}

function setInto(root: XmlElement, targets: readonly Found[], siblings: readonly XmlNode[]): Edited {
  if (targets.length === 0) return NO_SUCH_NODE;
  let next = root;
  for (const { element, way } of targets) {
    for (const sibling of siblings) {
      const problem = typeof sibling === "string" ? undefined : objection(sibling, element.name);
      if (problem !== undefined) return { kind: "refused", refusal: problem };
    }
    const problem = objection(element, elementAt(root, way.slice(0, -1))?.name ?? "");
    if (problem !== undefined) return { kind: "refused", refusal: problem };
    next = replaceAt(next, way, mergeInto(element, siblings));
  }
  return changed(next);
}

/** Replaces what the path leads to, or creates it. The element must be what the last step says. */
export function editAt(root: XmlElement, xpath: XPath, given: XmlElement): Edited {
  const element = unified(given);
  const path = creatablePath(xpath);
  const last = path?.steps.at(-1) ?? xpath.paths[0]?.steps.at(-1);
  if (last === undefined || xpath.paths.length !== 1) return BAD_XPATH;
  const wanted = wantedName(last);
  if (last.name !== element.name || (wanted !== undefined && attribute(element, "name") !== wanted)) {
    return refuse(CODES.invalidObject, `${element.name} does not match the last step of the xpath`);
  }
  const made = path === undefined ? undefined : ensurePath(root, path);
  const targets = made === undefined ? select(root, xpath).map(({ way }) => way) : [made.way];
  const [way] = targets;
  if (way === undefined || targets.length !== 1) return NO_SUCH_NODE;
  const base = made?.root ?? root;
  const problem = objection(element, elementAt(base, way.slice(0, -1))?.name ?? "");
  return problem === undefined ? changed(replaceAt(base, way, element)) : { kind: "refused", refusal: problem };
}

/** Takes away all that the path leads to, unless something in the same scope refers to it. */
export function deleteAt(root: XmlElement, xpath: XPath): Edited {
  const found = select(root, xpath).filter(({ way }) => way.length > 0);
  if (found.length === 0) return ABSENT;
  for (const { element, way } of found) {
    const places = referencesOf(root, element, way);
    const name = attribute(element, "name") ?? "";
    if (places.length > 0)
      return refuse(CODES.referenced, `${name} cannot be deleted because of references from:`, ...places);
  }
  let next = root;
  for (const way of backwards(found.map(({ way }) => way))) next = replaceAt(next, way, undefined);
  return changed(next);
}

function referencesOf(root: XmlElement, element: XmlElement, way: readonly number[]): readonly string[] {
  const name = attribute(element, "name");
  const scope = elementAt(root, way.slice(0, -2));
  const kind = referredKind(elementAt(root, way.slice(0, -1))?.name ?? "");
  if (element.name !== "entry" || name === undefined || scope === undefined || kind === undefined || way.length < 2)
    return [];
  return referencesTo(scope, kind, name);
}

/** Gives an entry another name; what refers to it in its scope follows. */
export function renameAt(root: XmlElement, xpath: XPath, newName: string): Edited {
  const found = only(select(root, xpath));
  if (found === undefined) return NO_SUCH_NODE;
  const { element, way } = found;
  const holder = elementAt(root, way.slice(0, -1));
  const oldName = attribute(element, "name");
  if (holder === undefined || oldName === undefined) return refuse(CODES.invalidObject, "only entries can be renamed");
  if (hasEntry(holder, newName)) return refuse(CODES.notUnique, `'${newName}' already exists`);
  const renamed = withName(element, newName);
  const problem = objection(renamed, holder.name);
  if (problem !== undefined) return { kind: "refused", refusal: problem };
  const next = replaceAt(root, way, renamed);
  const kind = referredKind(holder.name);
  const scopeWay = way.slice(0, -2);
  const scope = way.length < 2 ? undefined : elementAt(next, scopeWay);
  return changed(
    kind === undefined || scope === undefined
      ? next
      : replaceAt(next, scopeWay, renameReferences(scope, kind, oldName, newName)),
  );
}

/** Puts a copy of what `from` leads to into the holder that `xpath` leads to. */
export function cloneAt(root: XmlElement, xpath: XPath, from: XPath, newName: string): Edited {
  const source = only(select(root, from));
  if (source === undefined) return NO_SUCH_NODE;
  const made = setAt(root, xpath, []);
  if (made.kind !== "changed") return made;
  const holder = only(select(made.root, xpath));
  if (holder === undefined) return NO_SUCH_NODE;
  if (hasEntry(holder.element, newName)) return refuse(CODES.notUnique, `'${newName}' already exists`);
  const copy = withName(source.element, newName);
  const problem = objection(copy, holder.element.name);
  if (problem !== undefined) return { kind: "refused", refusal: problem };
  return changed(replaceAt(made.root, holder.way, { ...holder.element, children: [...holder.element.children, copy] }));
}

export type MovePlace = "before" | "after" | "top" | "bottom";

/** Moves an entry among its siblings. */
export function moveAt(root: XmlElement, xpath: XPath, where: MovePlace, target: string | undefined): Edited {
  const found = only(select(root, xpath));
  const at = found?.way.at(-1);
  const holder = found === undefined ? undefined : elementAt(root, found.way.slice(0, -1));
  if (found === undefined || at === undefined || holder === undefined) return NO_SUCH_NODE;
  const others = holder.children.toSpliced(at, 1);
  const place = placeOf(others, where, target);
  if (place === undefined) return refuse(CODES.invalidObject, `${target ?? ""} does not exist`);
  if (place === at)
    return refuse(
      CODES.notPossible,
      `${noun(holder)} is already at the ${where === "bottom" || where === "after" ? "bottom" : "top"}`,
    );
  return changed(
    replaceAt(root, found.way.slice(0, -1), { ...holder, children: others.toSpliced(place, 0, found.element) }),
  );
}

const noun = (holder: XmlElement): string => (holder.name === "rules" ? "rule" : "entry");

function placeOf(others: readonly XmlNode[], where: MovePlace, target: string | undefined): number | undefined {
  if (where === "top") return 0;
  if (where === "bottom") return others.length;
  const at = others.findIndex((node) => typeof node !== "string" && attribute(node, "name") === target);
  if (at < 0) return undefined;
  return where === "before" ? at : at + 1;
}

const only = (found: readonly Found[]): Found | undefined => (found.length === 1 ? found[0] : undefined);
const hasEntry = (holder: XmlElement, name: string): boolean =>
  holder.children.some((node) => typeof node !== "string" && attribute(node, "name") === name);
const withName = (element: XmlElement, name: string): XmlElement => ({
  ...element,
  attributes: [["name", name], ...element.attributes.filter(([key]) => key !== "name")],
});
