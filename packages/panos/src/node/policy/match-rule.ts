import { childrenNamed, childText, descend, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { rulesInForce } from "../config/rules-in-force.ts";
import type { ConfiguredNode } from "../node.ts";
import { NamedObjects } from "./named-objects.ts";

/** Traffic that a rule is wanted for. What is not said fits everything. */
export interface Flow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  readonly application?: string | undefined;
  /** 6 or 17. */
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
}

/** A rule and its place among those in force, from 1. */
export interface Match {
  readonly rule: XmlElement;
  readonly index: number;
}

/** The rules of a virtual system that fit, the one that decides first. */
export function matchingRules(node: ConfiguredNode, vsys: string, flow: Flow): readonly Match[] {
  const objects = new NamedObjects(node, vsys);
  return rulesInForce(node, vsys, "security").flatMap((rule, at) =>
    childText(rule, "disabled") !== "yes" && fits(rule, flow, objects) ? [{ rule, index: at + 1 }] : [],
  );
}

function fits(rule: XmlElement, flow: Flow, objects: NamedObjects): boolean {
  const { from, to, application, protocol = "6", port } = flow;
  return (
    hasOne(rule, "from", from, (member) => member === from) &&
    hasOne(rule, "to", to, (member) => member === to) &&
    hasAddress(rule, "source", flow.source, objects) &&
    hasAddress(rule, "destination", flow.destination, objects) &&
    hasOne(rule, "application", application, (member) => member === application) &&
    hasOne(
      rule,
      "service",
      port,
      (member) => member === "application-default" || objects.hasPort(member, protocol, port ?? 0),
    )
  );
}

/** A field that is missing or `any` fits, and so does what was not asked for. */
function hasOne(rule: XmlElement, field: string, asked: unknown, test: (member: string) => boolean): boolean {
  const members = membersOf(rule, field);
  return (
    asked === undefined || asked === "any" || members.length === 0 || members.includes("any") || members.some(test)
  );
}

function hasAddress(
  rule: XmlElement,
  field: "source" | "destination",
  asked: string | undefined,
  objects: NamedObjects,
): boolean {
  const found = hasOne(rule, field, asked, (member) => objects.hasAddress(member, asked ?? ""));
  const negated = childText(rule, `negate-${field}`) === "yes" && asked !== undefined && asked !== "any";
  return negated ? !found : found;
}

function membersOf(rule: XmlElement, field: string): readonly string[] {
  const list = descend(rule, field);
  return list === undefined ? [] : childrenNamed(list, "member").map((member) => textOf(member).trim());
}
