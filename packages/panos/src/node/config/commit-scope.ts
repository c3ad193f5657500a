import { readXml } from "../../wire/xml/read.ts";
import { attribute, child, childrenNamed, elementsOf, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { wantedName } from "../../wire/xpath/ast.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import type { ConfigChange } from "./change.ts";
import type { JournalEntry } from "./journal.ts";

/** What a `<partial>` may leave out as a whole. */
const PARTS = ["device-and-network", "policy-and-objects", "shared-object"] as const;
type Part = (typeof PARTS)[number];

/** What stands below `/config/devices/entry` and has entries that a `<partial>` may name. */
const HOLDERS = [
  "vsys",
  "device-group",
  "template",
  "template-stack",
  "log-collector",
  "log-collector-group",
  "wildfire-appliance",
  "wildfire-appliance-cluster",
] as const;
type Holder = (typeof HOLDERS)[number];

/** What a vsys holds besides policies and objects. */
const NETWORK_OF_VSYS = new Set(["display-name", "dns-proxy", "global-protect", "import", "setting", "zone"]);

/** Which changes of the candidate are meant. */
export interface CommitScope {
  /** `undefined`: everybody's. */
  readonly admins: ReadonlySet<string> | undefined;
  readonly without: ReadonlySet<Part>;
  /** Entries of a holder; one that is not here is meant whole, one without names not at all. */
  readonly only: ReadonlyMap<Holder, ReadonlySet<string>>;
}

/** Reads what stands in a `<partial>`; `undefined`: everything is meant. That a part is named leaves it out, whatever its text. */
export function readScope(partial: XmlElement | undefined): CommitScope | undefined {
  if (partial === undefined) return undefined;
  const admins = membersOf(partial, "admin");
  const only = new Map<Holder, ReadonlySet<string>>();
  for (const holder of HOLDERS) {
    const names = membersOf(partial, holder);
    if (child(partial, `no-${holder}`) !== undefined) only.set(holder, new Set());
    else if (names.size > 0) only.set(holder, names);
  }
  const without = new Set(PARTS.filter((part) => child(partial, part) !== undefined));
  if (admins.size === 0 && only.size === 0 && without.size === 0) return undefined;
  return { admins: admins.size === 0 ? undefined : admins, without, only };
}

const membersOf = (partial: XmlElement, name: string): ReadonlySet<string> => {
  const holder = child(partial, name);
  return new Set(holder === undefined ? [] : childrenNamed(holder, "member").map((member) => textOf(member).trim()));
};

/** Whether a change is among those that are meant. */
export function isMeant(scope: CommitScope, { admin, change }: JournalEntry): boolean {
  if (scope.admins !== undefined && !scope.admins.has(admin)) return false;
  const [first, , third, fourth, fifth] = stepsOf(change);
  if (first?.name === "shared") return !scope.without.has("shared-object");
  const holder = HOLDERS.find((name) => name === third?.name);
  if (holder === undefined) return !scope.without.has("device-and-network");
  const names = scope.only.get(holder);
  if (names !== undefined && !names.has(fourth?.entry ?? "")) return false;
  if (holder !== "vsys") return true;
  const isNetwork = fifth === undefined || NETWORK_OF_VSYS.has(fifth.name);
  return !scope.without.has(isNetwork ? "device-and-network" : "policy-and-objects");
}

interface Step {
  readonly name: string;
  /** The name of the entry; empty when there is none, or it is not told. */
  readonly entry: string;
}

/** Steps that decide where a change belongs: `devices`, `entry`, `vsys`, its `entry`, and what is changed in it. */
const DECISIVE = 5;

/** The way to what is changed, from below `config`; a short XPath goes on in the element, as long as that leads to one place. */
function stepsOf(change: ConfigChange): readonly Step[] {
  const path = parseXPath(change.xpath)?.paths[0]?.steps ?? [];
  const steps = path.map((step): Step => ({ name: step.name ?? "", entry: wantedName(step) ?? "" })).slice(1);
  if ("element" in change) {
    const reading = readXml(`<of>${change.element}</of>`);
    let at = reading.ok ? reading.root : undefined;
    if (change.action !== "set") at = at && onlyChild(at); // an edit names the node itself once more
    while (at !== undefined && steps.length < DECISIVE + 1) {
      at = onlyChild(at);
      if (at !== undefined) steps.push({ name: at.name, entry: attribute(at, "name") ?? "" });
    }
  }
  return steps[0]?.name === "readonly" ? steps.slice(1) : steps;
}

const onlyChild = (parent: XmlElement): XmlElement | undefined => {
  const [only, ...more] = elementsOf(parent);
  return more.length === 0 ? only : undefined;
};
