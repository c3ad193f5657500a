import { attribute, childrenNamed, childText, descend, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import type { ConfiguredNode } from "../node.ts";
import { aliveOnly, NO_DYNAMIC_OBJECTS } from "../user-id/dynamic-objects.ts";
import { fitsFilter } from "../user-id/tag-filter.ts";

/** Groups within groups are followed no deeper. */
const MAX_DEPTH = 16;

/** Objects that rules of a virtual system can name: its own, shared ones, and those that were pushed. */
export class NamedObjects {
  readonly #node: ConfiguredNode;
  readonly #scopes: readonly (XmlElement | undefined)[];

  constructor(node: ConfiguredNode, vsys: string) {
    this.#node = node;
    const named = (parent: XmlElement | undefined): XmlElement | undefined => find(descend(parent, "vsys"), vsys);
    const { running } = node.config;
    this.#scopes = [named(descend(running, "devices", "entry")), named(node.pushed), descend(running, "shared")];
  }

  /** Whether an address is what a member of a rule means: a literal, an object, or a group of either kind. */
  hasAddress(member: string, address: string, depth = 0): boolean {
    if (depth > MAX_DEPTH) return false;
    const object = this.#object("address", member);
    if (object !== undefined) return ADDRESS_KINDS.some((kind) => isWithin(address, childText(object, kind) ?? ""));
    const group = this.#object("address-group", member);
    if (group === undefined) return isWithin(address, member);
    const filter = descend(group, "dynamic", "filter");
    if (filter !== undefined) return this.#isTagged(address, textOf(filter));
    return membersOf(group, "static").some((inner) => this.hasAddress(inner, address, depth + 1));
  }

  /** Whether a port of a protocol (6 or 17) belongs to a service or a group of services. */
  hasPort(member: string, protocol: string, port: number, depth = 0): boolean {
    if (depth > MAX_DEPTH) return false;
    const predefined = PREDEFINED[member];
    if (predefined !== undefined) return protocol === "6" && predefined.includes(port);
    const ports = childText(
      descend(this.#object("service", member), "protocol", protocol === "17" ? "udp" : "tcp"),
      "port",
    );
    if (ports !== undefined) return ports.split(",").some((part) => isInRange(port, part.trim()));
    const group = this.#object("service-group", member);
    return (
      group !== undefined && membersOf(group, "members").some((inner) => this.hasPort(inner, protocol, port, depth + 1))
    );
  }

  #object(holder: string, name: string): XmlElement | undefined {
    for (const scope of this.#scopes) {
      const found = find(descend(scope, holder), name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #isTagged(address: string, filter: string): boolean {
    const { ips } = aliveOnly(this.#node.state.dynamic ?? NO_DYNAMIC_OBJECTS, this.#node.now());
    const tags = Object.hasOwn(ips, address) ? ips[address]?.tags : undefined;
    return tags !== undefined && fitsFilter(filter, tags);
  }
}

const ADDRESS_KINDS = ["ip-netmask", "ip-range"] as const;
const PREDEFINED: Readonly<Record<string, readonly number[]>> = { "service-http": [80, 8080], "service-https": [443] };

const find = (holder: XmlElement | undefined, name: string): XmlElement | undefined =>
  holder && childrenNamed(holder, "entry").find((entry) => attribute(entry, "name") === name);

const membersOf = (group: XmlElement, list: string): readonly string[] => {
  const holder = descend(group, list);
  return holder === undefined ? [] : childrenNamed(holder, "member").map((member) => textOf(member).trim());
};

/** Whether an address lies in `10.0.0.0/8`, in `10.0.0.1-10.0.0.9`, or is the same. */
function isWithin(address: string, place: string): boolean {
  const wanted = ipNumber(address);
  const [first = "", last] = place.split("-");
  const [network = "", bits = "32"] = first.split("/");
  const [from, to] = [ipNumber(network), last === undefined ? undefined : ipNumber(last)];
  if (wanted === undefined || from === undefined) return place !== "" && place === address;
  if (last !== undefined) return to !== undefined && wanted >= from && wanted <= to;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(wanted / size) === Math.floor(from / size);
}

function ipNumber(text: string): number | undefined {
  const parts = text.trim().split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

function isInRange(port: number, range: string): boolean {
  const [from, to = from] = range.split("-").map(Number);
  return from !== undefined && to !== undefined && port >= from && port <= to;
}
