import type { Instant } from "@understudy/kernel";
import { result } from "../../wire/api/answer.ts";
import { attribute, childrenNamed, childText, descend, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { type Markup, xml } from "../../wire/xml/write.ts";
import { rulesIn, rulesInForce } from "../config/rules-in-force.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";
import { matchingRules } from "../policy/match-rule.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

const EMPTY: XmlElement = { name: "", attributes: [], children: [] };
const nameOf = (entry: XmlElement): string => attribute(entry, "name") ?? "";

/** A rule that was never hit. All are as old as the predefined content. */
const UNUSED = xml`<latest>yes</latest><hit-count>0</hit-count><last-hit-timestamp>0</last-hit-timestamp><last-reset-timestamp>0</last-reset-timestamp><first-hit-timestamp>0</first-hit-timestamp><rule-creation-timestamp>1735689600</rule-creation-timestamp><rule-modification-timestamp>1735689600</rule-modification-timestamp>`;
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

/** What goes through a simulated firewall: it hits the first rule that takes it. */
const USUAL_FLOW = { from: "trust", to: "untrust", protocol: "6", port: 443 } as const;

/** How often each rule was hit: the usual traffic is new sessions for one rule, since the last change of the rules. */
function hitsOf(node: ConfiguredNode, vsys: string): (rule: XmlElement) => Markup {
  const hit = matchingRules(node, vsys, USUAL_FLOW)[0]?.rule;
  const changed = node.state.jobs.findLast(({ type, end }) => end?.result === "OK" && RULE_CHANGES.has(type))?.end?.at;
  const since = Math.max(node.state.bootedAt, changed ?? 0, node.state.countersClearedAt ?? 0) as Instant; // the latest of instants
  const hits = node.sessionsSince(since);
  return (rule) => (rule !== hit || hits === 0 ? UNUSED : used(hits, since, node));
}

const RULE_CHANGES: ReadonlySet<string> = new Set(["Commit", "CommitAll", "HA-Sync"]);

function used(hits: number, since: Instant, node: ConfiguredNode): Markup {
  const [first, last] = [since, node.now()].map((at) => Math.floor(at / 1000));
  const reset = Math.floor((node.state.countersClearedAt ?? 0) / 1000);
  return xml`<latest>yes</latest><hit-count>${hits}</hit-count><last-hit-timestamp>${last}</last-hit-timestamp><last-reset-timestamp>${reset}</last-reset-timestamp><first-hit-timestamp>${first}</first-hit-timestamp><rule-creation-timestamp>1735689600</rule-creation-timestamp><rule-modification-timestamp>1735689600</rule-modification-timestamp>`;
}

type Content = (rule: XmlElement) => Markup;
const always =
  (content: Markup): Content =>
  () =>
    content;

function counted({ kind, names }: Question, rules: readonly XmlElement[], content: Content): Markup {
  const entries = rules
    .filter((rule) => names.size === 0 || names.has(nameOf(rule)))
    .map((rule) => xml`<entry name="${nameOf(rule)}">${content(rule)}</entry>`);
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
      const counters = counted(asked, rules, always(xml`${UNUSED}${USAGE}`));
      return result(xml`<rule-hit-count><shared>${counters}</shared></rule-hit-count>`);
    }
    const vsys = descend(last, "vsys", "vsys-name", "entry") ?? descend(last, "vsys", "entry") ?? EMPTY;
    const asked = questionIn(vsys);
    const rules = rulesInForce(node, nameOf(vsys), asked.kind);
    const content = asked.kind === "security" ? hitsOf(node, nameOf(vsys)) : always(UNUSED);
    return result(
      xml`<rule-hit-count><vsys><entry name="${nameOf(vsys)}">${counted(asked, rules, content)}</entry></vsys></rule-hit-count>`,
    );
  },
};

function countsOfGroup(node: ConfiguredNode, group: XmlElement): Markup {
  const asked = questionIn(group);
  const name = nameOf(group);
  const groups = childrenNamed(descend(node.config.running, "devices", "entry", "device-group") ?? EMPTY, "entry");
  const own = groups.find((entry) => nameOf(entry) === name);
  const content = asked.byFirewall
    ? xml`<device-vsys>${serialsOf(own).map((serial) => xml`<entry name="${`${name}/${serial}/vsys1`}">${UNUSED}</entry>`)}</device-vsys>`
    : xml`${UNUSED}${USAGE}`;
  const rules = rulesIn(descend(own, asked.base?.name ?? ""), asked.kind);
  return xml`<device-group><entry name="${name}">${counted(asked, rules, always(content))}</entry></device-group>`;
}

const serialsOf = (group: XmlElement | undefined): readonly string[] =>
  childrenNamed(descend(group, "devices") ?? EMPTY, "entry").map(nameOf);

/** The rule that decides; with `show-all` also those that never get a chance. */
const testsPolicyMatch: NodeBehavior = {
  on: "test.security-policy-match",
  handle: (node, { last }, caller) => {
    const vsys = caller.vsys === undefined || caller.vsys === "shared" ? "vsys1" : caller.vsys;
    const given = (name: string): string | undefined => childText(last, name);
    const port = Number(given("destination-port") ?? Number.NaN);
    const matches = matchingRules(node, vsys, {
      from: given("from"),
      to: given("to"),
      source: given("source"),
      destination: given("destination"),
      application: given("application"),
      protocol: given("protocol"),
      port: Number.isNaN(port) ? undefined : port,
    });
    const told = given("show-all") === "yes" ? matches : matches.slice(0, 1);
    const entries = told.map(
      ({ rule, index }) =>
        xml`<entry name="${nameOf(rule)}"><index>${index}</index><action>${childText(rule, "action") ?? "allow"}</action></entry>`,
    );
    return result(xml`<rules>${entries}</rules>`);
  },
};

export const ruleBehaviors: readonly NodeBehavior[] = [tellsHitCounts, testsPolicyMatch];
