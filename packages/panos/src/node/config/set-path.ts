import { attribute, element, type XmlElement } from "../../wire/xml/tree.ts";
import { type LocationPath, type Step, wantedName, type XPath } from "../../wire/xpath/ast.ts";

/** Whether a step says exactly which node it means, so that it can be made where it is missing. */
export const isCreatable = (step: Step): boolean =>
  !step.anywhere && step.name !== undefined && (step.predicates.length === 0 || wantedName(step) !== undefined);

/** The only path of an XPath when all its steps can be made; `undefined` for all others. */
export function creatablePath(xpath: XPath): LocationPath | undefined {
  const [path] = xpath.paths;
  if (xpath.paths.length !== 1 || path === undefined || path.tail.kind !== "nodes") return undefined;
  return path.steps.every(isCreatable) ? path : undefined;
}

/** The tree with a path made where it is missing, and the way to its end. `undefined` when the root is another. */
export function ensurePath(
  root: XmlElement,
  path: LocationPath,
): { readonly root: XmlElement; readonly way: readonly number[] } | undefined {
  const [first, ...rest] = path.steps;
  if (first === undefined || !means(first, root)) return undefined;
  const made = ensureBelow(root, rest);
  return { root: made.element, way: made.way };
}

function ensureBelow(
  parent: XmlElement,
  steps: readonly Step[],
): { readonly element: XmlElement; readonly way: readonly number[] } {
  const [step, ...rest] = steps;
  if (step === undefined) return { element: parent, way: [] };
  const children = parent.children.filter((node) => typeof node !== "string" || node.trim() !== "");
  let at = children.findIndex((node) => typeof node !== "string" && means(step, node));
  if (at < 0) at = children.push(emptyOf(step)) - 1;
  const found = children[at];
  const below = ensureBelow(found === undefined || typeof found === "string" ? emptyOf(step) : found, rest);
  return { element: { ...parent, children: children.with(at, below.element) }, way: [at, ...below.way] };
}

const means = (step: Step, node: XmlElement): boolean => {
  const wanted = wantedName(step);
  return node.name === step.name && (wanted === undefined || attribute(node, "name") === wanted);
};

function emptyOf(step: Step): XmlElement {
  const wanted = wantedName(step);
  return element(step.name ?? "", [], wanted === undefined ? [] : [["name", wanted]]);
}
