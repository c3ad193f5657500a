import { type Answer, CODES, refused } from "../../wire/api/answer.ts";
import {
  attribute,
  child,
  childrenNamed,
  childText,
  descend,
  element,
  textOf,
  type XmlElement,
} from "../../wire/xml/tree.ts";
import {
  deviceGroup,
  holderOf,
  pushedPolicy,
  pushedTemplate,
  serialsOf,
  stacksWith,
  template,
  templateStack,
} from "./pushed-config.ts";

/** What one firewall is to take over. A part that is absent stays as it was. */
export interface PushPlan {
  readonly serial: string;
  readonly policy?: XmlElement;
  readonly template?: XmlElement;
  /** The template's values win over those the firewall has itself. */
  readonly forced?: boolean;
}

export type PushOrder =
  | { readonly kind: "push"; readonly plans: readonly PushPlan[]; readonly description: string | undefined }
  /** There is nothing that takes time, or the order is wrong. */
  | { readonly kind: "answer"; readonly answer: Answer };

const EMPTY = element("nothing");
const answer = (given: Answer): PushOrder => ({ kind: "answer", answer: given });
const invalid = (kind: string, name: string): PushOrder =>
  answer(refused(CODES.invalidObject, `${kind} '${name}' is invalid`));
const COLLECTORS: Answer = {
  kind: "message",
  lines: ["Generated config and committed to connected collectors in group"],
  form: "line",
};

/** Reads `<commit-all>` against Panorama's running configuration. */
export function planPush(config: XmlElement, root: XmlElement): PushOrder {
  if (root.name !== "commit-all") return answer(refused(CODES.invalidCommand, ` ${root.name}  is unexpected`));
  const policy = child(root, "shared-policy");
  if (policy !== undefined) return planPolicy(config, policy);
  const only = child(root, "template");
  if (only !== undefined) return planTemplate(config, only);
  const stack = child(root, "template-stack");
  if (stack !== undefined) return planStack(config, stack);
  if (child(root, "log-collector-config") !== undefined || child(root, "wildfire-appliance-config") !== undefined)
    return answer(COLLECTORS);
  return answer(refused(CODES.invalidCommand, " commit-all  is missing what to push"));
}

function planPolicy(config: XmlElement, order: XmlElement): PushOrder {
  const withTemplate = childText(order, "include-template") === "yes";
  const single = childText(order, "device")?.trim() || undefined;
  const named = namedEntries(descend(order, "device-group"));
  const plans: PushPlan[] = [];
  for (const wanted of named.length === 0 ? groupsOf(config, single) : named) {
    const name = attribute(wanted, "name") ?? (textOf(wanted).trim() || "");
    const group = deviceGroup(config, name);
    if (group === undefined) return invalid("device-group", name);
    const chosen = childrenNamed(descend(wanted, "devices") ?? EMPTY, "entry").map(
      (entry) => attribute(entry, "name") ?? "",
    );
    const members = serialsOf(group);
    if (single !== undefined && chosen.length === 0) chosen.push(single);
    const stranger = chosen.find((serial) => !members.includes(serial));
    if (stranger !== undefined) return invalid("device", stranger);
    const policy = pushedPolicy(config, name);
    for (const serial of chosen.length === 0 ? members : chosen)
      plans.push({ serial, policy, ...(withTemplate ? templatePart(config, serial) : {}), ...force(order) });
  }
  if (plans.length === 0) return answer(refused(CODES.invalidObject, "No devices to push to"));
  return { kind: "push", plans, description: childText(order, "description") };
}

const force = (order: XmlElement): Pick<PushPlan, "forced"> =>
  childText(order, "force-template-values") === "yes" ? { forced: true } : {};

/** `<device>` alone, as pan-python sends it, means the group it is in. */
function groupsOf(config: XmlElement, serial: string | undefined): readonly XmlElement[] {
  const group = serial === undefined ? undefined : holderOf(config, "device-group", serial);
  return group === undefined ? [] : [element("entry", [], [["name", attribute(group, "name") ?? ""]])];
}

/** `<device-group><entry name="a"/></device-group>` or `<device-group>a</device-group>`. */
function namedEntries(holder: XmlElement | undefined): readonly XmlElement[] {
  if (holder === undefined) return [];
  const found = childrenNamed(holder, "entry");
  const text = textOf(holder).trim();
  return found.length === 0 && text !== "" ? [element("entry", [], [["name", text]])] : found;
}

function templatePart(config: XmlElement, serial: string): Pick<PushPlan, "template"> {
  const stack = holderOf(config, "template-stack", serial);
  return stack === undefined ? {} : { template: pushedTemplate(config, attribute(stack, "name") ?? "") };
}

function planTemplate(config: XmlElement, order: XmlElement): PushOrder {
  const name = childText(order, "name") ?? "";
  if (template(config, name) === undefined) return invalid("template", name);
  return planStacks(config, stacksWith(config, name), order);
}

function planStack(config: XmlElement, order: XmlElement): PushOrder {
  const name = childText(order, "name") ?? "";
  const stack = templateStack(config, name);
  return stack === undefined ? invalid("template-stack", name) : planStacks(config, [stack], order);
}

function planStacks(config: XmlElement, stacks: readonly XmlElement[], order: XmlElement): PushOrder {
  const chosen = childrenNamed(descend(order, "device") ?? EMPTY, "member").map((member) => textOf(member).trim());
  const plans = stacks.flatMap((stack) => {
    const part = pushedTemplate(config, attribute(stack, "name") ?? "");
    return serialsOf(stack)
      .filter((serial) => chosen.length === 0 || chosen.includes(serial))
      .map((serial): PushPlan => ({ serial, template: part, ...force(order) }));
  });
  if (plans.length === 0) return answer(refused(CODES.invalidObject, "No devices to push to"));
  return { kind: "push", plans, description: childText(order, "description") };
}
