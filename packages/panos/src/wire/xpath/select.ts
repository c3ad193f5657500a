import { attribute, child, textOf, type XmlElement } from "../xml/tree.ts";
import type { LocationPath, Operand, Predicate, Step, XPath } from "./ast.ts";

/** A node found in a tree: the element, and the way to it as positions among the children, from the root on. */
export interface Found {
  readonly element: XmlElement;
  readonly way: readonly number[];
}

/** The nodes of a union in document order of its paths, each once. Tails are left to the caller. */
export function select(root: XmlElement, xpath: XPath): readonly Found[] {
  if (xpath.paths.length === 1 && xpath.paths[0] !== undefined) return selectPath(root, xpath.paths[0]);
  const found = new Map<string, Found>();
  for (const path of xpath.paths) for (const node of selectPath(root, path)) found.set(node.way.join("/"), node);
  return [...found.values()];
}

/** The nodes of one path. The first step names the root itself. */
export function selectPath(root: XmlElement, { steps }: LocationPath): readonly Found[] {
  let current: readonly Found[] | undefined;
  for (const step of steps)
    current =
      current === undefined
        ? fromRoot(root, step)
        : distinct(
            current.flatMap((node) => below(node, step)),
            step,
          );
  return current ?? [];
}

function fromRoot(root: XmlElement, step: Step): readonly Found[] {
  const start: Found = { element: root, way: [] };
  const own = filter(
    [start].filter(({ element }) => fits(element, step)),
    step.predicates,
  );
  return step.anywhere ? [...own, ...below(start, step)] : own;
}

/** `//` can reach a node on several ways. */
function distinct(found: readonly Found[], step: Step): readonly Found[] {
  if (!step.anywhere) return found;
  const byWay = new Map(found.map((node) => [node.way.join("/"), node]));
  return byWay.size === found.length ? found : [...byWay.values()];
}

function below(parent: Found, step: Step): readonly Found[] {
  const direct: Found[] = [];
  const children = parent.element.children;
  for (let at = 0; at < children.length; at++) {
    const node = children[at];
    if (node !== undefined && typeof node !== "string" && fits(node, step))
      direct.push({ element: node, way: [...parent.way, at] });
  }
  const own = filter(direct, step.predicates);
  if (!step.anywhere) return own;
  const deeper = children.flatMap((node, at) =>
    typeof node === "string" ? [] : below({ element: node, way: [...parent.way, at] }, step),
  );
  return [...own, ...deeper];
}

const fits = (element: XmlElement, step: Step): boolean => step.name === undefined || element.name === step.name;

function filter(nodes: readonly Found[], predicates: readonly Predicate[]): readonly Found[] {
  let left = nodes;
  for (const predicate of predicates)
    left = left.filter((node, index) => holds(predicate, node.element, index + 1, left.length));
  return left;
}

function holds(predicate: Predicate, of: XmlElement, position: number, size: number): boolean {
  switch (predicate.kind) {
    case "or":
      return predicate.any.some((inner) => holds(inner, of, position, size));
    case "and":
      return predicate.all.every((inner) => holds(inner, of, position, size));
    case "not":
      return !holds(predicate.inner, of, position, size);
    case "position":
      return position === (predicate.at === "last" ? size : predicate.at);
    case "has":
      return operandValue(predicate.what, of) !== undefined;
    case "equals":
      return compare(predicate.left, predicate.right, of, predicate.negated);
    case "starts-with":
      return (operandValue(predicate.text, of) ?? "").startsWith(operandValue(predicate.part, of) ?? "");
    case "contains":
      return (operandValue(predicate.text, of) ?? "").includes(operandValue(predicate.part, of) ?? "");
  }
}

/** A comparison with something that is not there never holds, whichever way it is asked. */
function compare(left: Operand, right: Operand, of: XmlElement, negated: boolean): boolean {
  const a = operandValue(left, of);
  const b = operandValue(right, of);
  return a !== undefined && b !== undefined && (a === b) !== negated;
}

function operandValue(operand: Operand, of: XmlElement): string | undefined {
  switch (operand.kind) {
    case "literal":
      return operand.value;
    case "attribute":
      return attribute(of, operand.name);
    case "text":
      return textOf(of);
    case "name":
      return of.name;
    case "child": {
      const found = child(of, operand.name);
      return found === undefined ? undefined : textOf(found);
    }
  }
}
