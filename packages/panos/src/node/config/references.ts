import {
  attribute,
  child,
  childrenNamed,
  elementsOf,
  textOf,
  type XmlElement,
  type XmlNode,
} from "../../wire/xml/tree.ts";

/** Kinds of objects that others refer to by name. */
const REFERRED = {
  address: "address",
  "address-group": "address",
  service: "service",
  "service-group": "service",
} as const;
type Referred = (typeof REFERRED)[keyof typeof REFERRED];

const RULEBASES = ["rulebase", "pre-rulebase", "post-rulebase"] as const;

/** What kind of thing the objects of a holder are; `undefined` for those nobody refers to. */
export const referredKind = (holder: string): Referred | undefined =>
  Object.hasOwn(REFERRED, holder) ? REFERRED[holder as keyof typeof REFERRED] : undefined; // own key, as just checked

/** Where members of a kind stand in rules and in groups. */
const IN_RULES = { address: ["source", "destination"], service: ["service"] } as const;
const IN_GROUPS = { address: ["address-group", "static"], service: ["service-group", "members"] } as const;

/** The places within a scope that refer to a name, as lines such as `rulebase -> security -> rules -> r1 -> source`. */
export function referencesTo(scope: XmlElement, kind: Referred, name: string): readonly string[] {
  const places: string[] = [];
  visit(scope, kind, (list, place) => {
    if (childrenNamed(list, "member").some((member) => textOf(member).trim() === name)) places.push(place);
    return list;
  });
  return places;
}

/** The scope with every reference to a name changed to another. */
export const renameReferences = (scope: XmlElement, kind: Referred, from: string, to: string): XmlElement =>
  visit(scope, kind, (list) => ({
    ...list,
    children: list.children.map((node) =>
      isMember(node) && textOf(node).trim() === from ? { ...node, children: [to] } : node,
    ),
  }));

const isMember = (node: XmlNode): node is XmlElement => typeof node !== "string" && node.name === "member";

/** Goes through every list of members of a kind; the visitor gives the list that is to stand in its place. */
function visit(
  scope: XmlElement,
  kind: Referred,
  visitor: (list: XmlElement, place: string) => XmlElement,
): XmlElement {
  const [groups, members] = IN_GROUPS[kind];
  let next = within(scope, groups, (holder) =>
    eachEntry(holder, (entry, name) =>
      within(entry, members, (list) => visitor(list, `${groups} -> ${name} -> ${members}`)),
    ),
  );
  for (const base of RULEBASES) {
    next = within(next, base, (rulebase) =>
      mapElements(rulebase, (policy) =>
        within(policy, "rules", (rules) =>
          eachEntry(rules, (rule, name) =>
            visitRule(rule, kind, visitor, `${base} -> ${policy.name} -> rules -> ${name}`),
          ),
        ),
      ),
    );
  }
  return next;
}

function visitRule(
  rule: XmlElement,
  kind: Referred,
  visitor: (list: XmlElement, place: string) => XmlElement,
  place: string,
): XmlElement {
  let next = rule;
  for (const field of IN_RULES[kind]) next = within(next, field, (list) => visitor(list, `${place} -> ${field}`));
  return next;
}

/** The parent with its first child of a name replaced; the same parent when nothing changed. */
function within(parent: XmlElement, name: string, change: (element: XmlElement) => XmlElement): XmlElement {
  const found = child(parent, name);
  if (found === undefined) return parent;
  const next = change(found);
  return next === found
    ? parent
    : { ...parent, children: parent.children.map((node) => (node === found ? next : node)) };
}

function mapElements(parent: XmlElement, change: (element: XmlElement) => XmlElement): XmlElement {
  const next = parent.children.map((node) => (typeof node === "string" ? node : change(node)));
  return next.every((node, at) => node === parent.children[at]) ? parent : { ...parent, children: next };
}

const eachEntry = (holder: XmlElement, change: (entry: XmlElement, name: string) => XmlElement): XmlElement =>
  mapElements(holder, (element) => change(element, attribute(element, "name") ?? ""));

/** Names that rules and groups of a scope use and that neither the scope nor `outer` defines. `any` and literal values are no names. */
export function unknownReferences(scope: XmlElement, outer: readonly XmlElement[]): readonly string[] {
  const unknown: string[] = [];
  for (const kind of ["address", "service"] as const) {
    const known = new Set([scope, ...outer].flatMap((place) => namesOf(place, kind)));
    visit(scope, kind, (list, place) => {
      for (const member of childrenNamed(list, "member")) {
        const name = textOf(member).trim();
        if (!known.has(name) && !isLiteral(name, kind)) unknown.push(`${place} -> ${name} is not a valid reference`);
      }
      return list;
    });
  }
  return unknown;
}

const namesOf = (scope: XmlElement, kind: Referred): readonly string[] =>
  [
    ...Object.entries(REFERRED).flatMap(([holder, of]) => (of === kind ? [holder] : [])),
    ...NAMED_BESIDES[kind],
  ].flatMap((holder) => elementsOf(child(scope, holder) ?? EMPTY).map((entry) => attribute(entry, "name") ?? ""));

/** What rules may name beside objects of a kind. */
const NAMED_BESIDES = { address: ["external-list", "region"], service: [] } as const satisfies Record<
  Referred,
  readonly string[]
>;

const EMPTY: XmlElement = { name: "", attributes: [], children: [] };
const PREDEFINED = new Set([
  "any",
  "application-default",
  "service-http",
  "service-https",
  "panw-known-ip-list",
  "panw-highrisk-ip-list",
  "panw-bulletproof-ip-list",
]);

const isLiteral = (name: string, kind: Referred): boolean =>
  PREDEFINED.has(name) ||
  (kind === "address" && (/^[0-9a-fA-F:.]+([/-][0-9a-fA-F:.]+)?$/.test(name) || /^[A-Z]{2}$/.test(name)));
