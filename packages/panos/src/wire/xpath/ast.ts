/** An XPath of the subset that PAN-OS's clients use: a union of absolute paths. */
export interface XPath {
  readonly paths: readonly LocationPath[];
}

export interface LocationPath {
  readonly steps: readonly Step[];
  /** What is wanted of the nodes found: the nodes, one of their attributes, or their text. */
  readonly tail:
    | { readonly kind: "nodes" }
    | { readonly kind: "attribute"; readonly name: string }
    | { readonly kind: "text" };
}

export interface Step {
  /** `//` stands before it: at any depth. */
  readonly anywhere: boolean;
  /** `undefined`: any name. */
  readonly name: string | undefined;
  readonly predicates: readonly Predicate[];
}

export type Predicate =
  | { readonly kind: "or"; readonly any: readonly Predicate[] }
  | { readonly kind: "and"; readonly all: readonly Predicate[] }
  | { readonly kind: "not"; readonly inner: Predicate }
  | { readonly kind: "equals"; readonly left: Operand; readonly right: Operand; readonly negated: boolean }
  | { readonly kind: "starts-with" | "contains"; readonly text: Operand; readonly part: Operand }
  /** From 1, among the nodes of the same parent that passed the predicates before it; `last`: the last of them. */
  | { readonly kind: "position"; readonly at: number | "last" }
  /** There is such an attribute or child. */
  | { readonly kind: "has"; readonly what: Operand };

export type Operand =
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "child"; readonly name: string }
  | { readonly kind: "text" }
  | { readonly kind: "name" };

/** The value that a step's only predicate wants `@name` to have; `undefined` when it wants anything else. */
export function wantedName(step: Step): string | undefined {
  const [only] = step.predicates;
  if (step.predicates.length !== 1 || only?.kind !== "equals" || only.negated) return undefined;
  const { left, right } = only;
  return left.kind === "attribute" && left.name === "name" && right.kind === "literal" ? right.value : undefined;
}

/** A text as an XPath literal; with both kinds of quotes in it, by `concat`. */
export function literal(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  const parts = text.split("'").map((part) => `'${part}'`);
  return `concat(${parts.join(`,"'",`)})`;
}
