import { result } from "../../wire/api/answer.ts";
import { attribute, childrenNamed, childText, descend, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { type Markup, xml } from "../../wire/xml/write.ts";
import { rulesIn, rulesInForce } from "../config/rules-in-force.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

const EMPTY: XmlElement = { name: "", attributes: [], children: [] };
const nameOf = (entry: XmlElement): string => attribute(entry, "name") ?? "";

/** No traffic is simulated rule by rule: no rule has ever been hit. All are as old as the predefined content. */
const COUNTERS = xml`<latest>yes</latest><hit-count>0</hit-count><last-hit-timestamp>0</last-hit-timestamp><last-reset-timestamp>0</last-reset-timestamp><first-hit-timestamp>0</first-hit-timestamp><rule-creation-timestamp>1735689600</rule-creation-timestamp><rule-modification-timestamp>1735689600</rule-modification-timestamp>`;
const USAGE = xml`<rule-state>Unused</rule-state><all-connected>yes</all-connected>`;

/** What is asked for: below `vsys`, `device-group` or `shared` a rulebase, in it a kind of rules, and of these all or some. */
interface Question {
  readonly base: XmlElement | undefined;
  readonly kind: string;
  /** Empty: all. */
  readonly names: ReadonlySet<string>;
  /** Rules by `rule-name` are told for each firewall. */
  readonly byFirewall: boolean;
}

const BASES = ["rule-base", "pre-rulebase", "post-rulebase"] as const;

function questionIn(scope: XmlElement): Question {
  const base = BASES.map((name) => descend(scope, name)).find((found) => found !== undefined);
  const entry = descend(base, "entry") ?? EMPTY;
  const listed = childrenNamed(descend(entry, "rules", "list") ?? EMPTY, "member").map((member) =>
    textOf(member).trim(),
  );
  const named = childrenNamed(descend(entry, "rules", "rule-name") ?? EMPTY, "entry").map(nameOf);
  return {
    base,
    kind: nameOf(entry) || "security",
    names: new Set([...listed, ...named]),
    byFirewall: named.length > 0,
  };
}

function counted({ kind, names }: Question, rules: readonly XmlElement[], content: Markup): Markup {
  const entries = rules
    .filter((rule) => names.size === 0 || names.has(nameOf(rule)))
    .map((rule) => xml`<entry name="${nameOf(rule)}">${content}</entry>`);
  return xml`<rule-base><entry name="${kind}"><rules>${entries}</rules></entry></rule-base>`;
}

const tellsHitCounts: NodeBehavior = {
  on: "show.rule-hit-count",
  handle: (node, { last }) => {
    const group = descend(last, "device-group", "entry");
    if (group !== undefined) return result(xml`<rule-hit-count>${countsOfGroup(node, group)}</rule-hit-count>`);
    const shared = descend(last, "shared");
    if (shared !== undefined) {
      const asked = questionIn(shared);
      const rules = rulesIn(descend(node.config.running, "shared", asked.base?.name ?? ""), asked.kind);
      const counters = counted(asked, rules, xml`${COUNTERS}${USAGE}`);
      return result(xml`<rule-hit-count><shared>${counters}</shared></rule-hit-count>`);
    }
    const vsys = descend(last, "vsys", "vsys-name", "entry") ?? descend(last, "vsys", "entry") ?? EMPTY;
    const asked = questionIn(vsys);
    const rules = rulesInForce(node, nameOf(vsys), asked.kind);
    return result(
      xml`<rule-hit-count><vsys><entry name="${nameOf(vsys)}">${counted(asked, rules, COUNTERS)}</entry></vsys></rule-hit-count>`,
    );
  },
};

function countsOfGroup(node: ConfiguredNode, group: XmlElement): Markup {
  const asked = questionIn(group);
  const name = nameOf(group);
  const groups = childrenNamed(descend(node.config.running, "devices", "entry", "device-group") ?? EMPTY, "entry");
  const own = groups.find((entry) => nameOf(entry) === name);
  const content = asked.byFirewall
    ? xml`<device-vsys>${serialsOf(own).map((serial) => xml`<entry name="${`${name}/${serial}/vsys1`}">${COUNTERS}</entry>`)}</device-vsys>`
    : xml`${COUNTERS}${USAGE}`;
  const rules = rulesIn(descend(own, asked.base?.name ?? ""), asked.kind);
  return xml`<device-group><entry name="${name}">${counted(asked, rules, content)}</entry></device-group>`;
}

const serialsOf = (group: XmlElement | undefined): readonly string[] =>
  childrenNamed(descend(group, "devices") ?? EMPTY, "entry").map(nameOf);

const FIELDS = ["from", "to", "source", "destination", "application"] as const;

/** The first rule in force whose zones, addresses and application fit; `any` fits everything. */
const testsPolicyMatch: NodeBehavior = {
  on: "test.security-policy-match",
  handle: (node, { last }, caller) => {
    const fits = (rule: XmlElement, field: string): boolean => {
      const asked = childText(last, field) ?? "any";
      const members = childrenNamed(descend(rule, field) ?? EMPTY, "member").map((member) => textOf(member).trim());
      return members.length === 0 || members.includes("any") || asked === "any" || members.includes(asked);
    };
    const vsys = caller.vsys === undefined || caller.vsys === "shared" ? "vsys1" : caller.vsys;
    const rules = rulesInForce(node, vsys, "security");
    const at = rules.findIndex(
      (rule) => childText(rule, "disabled") !== "yes" && FIELDS.every((field) => fits(rule, field)),
    );
    const rule = rules[at];
    if (rule === undefined) return result(xml`<rules/>`);
    return result(
      xml`<rules><entry name="${nameOf(rule)}"><index>${at + 1}</index><action>${childText(rule, "action") ?? "allow"}</action></entry></rules>`,
    );
  },
};

export const ruleBehaviors: readonly NodeBehavior[] = [tellsHitCounts, testsPolicyMatch];
