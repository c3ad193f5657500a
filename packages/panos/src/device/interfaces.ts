import { isOn } from "../node/behaviours/system-settings.ts";
import { hasAdvancedRouting } from "../node/config/advanced-routing.ts";
import { macAddress } from "../node/profile.ts";
import type { InterfaceTraffic, ShownInterface } from "../wire/messages/interfaces.ts";
import { attribute, childrenNamed, childText, descend, elementsOf, textOf, type XmlElement } from "../wire/xml/tree.ts";
import { INTERFACES, interfaceAddress } from "./initial-config.ts";
import type { RunningFirewall } from "./running-firewall.ts";
import { PER_SESSION, sessionSeconds } from "./traffic.ts";

/** The interfaces of a firewall: those of its running configuration, ports first. */
export function interfacesOf(firewall: RunningFirewall): readonly ShownInterface[] {
  const { effective } = firewall;
  const found = effective === undefined ? INTERFACES.map(first) : configured(firewall, effective);
  return found.map((one, at) => ({ ...one, id: 16 + at, mac: macAddress(firewall.profile.serial, 16 + at) }));
}

type Interface = Omit<ShownInterface, "id" | "mac">;

/** An interface of a firewall that nobody has configured: no tree is made for that. */
const first = (n: number): Interface => ({
  name: `ethernet1/${n}`,
  isPort: true,
  up: true,
  zone: n <= 2 ? "trust" : "untrust",
  addresses: [`${interfaceAddress(n)}/24`],
  mtu: 1500,
  mode: "layer3",
  tag: 0,
  router: "default",
});

const [USUAL_MTU, JUMBO_MTU] = [1500, 9192];

function configured(firewall: RunningFirewall, config: XmlElement): readonly Interface[] {
  const device = descend(config, "devices", "entry");
  const network = descend(device, "network");
  const holder = descend(network, "interface");
  const settings = descend(device, "deviceconfig", "setting");
  const places: Places = {
    zones: memberships(entriesOf(descend(device, "vsys")).flatMap((vsys) => entriesOf(descend(vsys, "zone")))),
    routers: memberships(routersOf(network, hasAdvancedRouting(firewall))),
    mtu: Number(
      childText(descend(settings, "jumbo-frame"), "mtu") ?? (isOn(firewall, "jumbo-frame") ? JUMBO_MTU : USUAL_MTU),
    ),
  };
  const ports = ["ethernet", "aggregate-ethernet"].flatMap((kind) => entriesOf(descend(holder, kind)));
  const units = ["loopback", "tunnel", "vlan"].flatMap((kind) => entriesOf(descend(holder, kind, "units")));
  return [
    ...ports.map((entry) => read(entry, { isPort: true, up: isUp(entry) }, places)),
    ...ports.flatMap((entry) => unitsOf(entry).map((unit) => read(unit, { isPort: false, up: isUp(entry) }, places))),
    ...units.map((entry) => read(entry, { isPort: false, up: true }, places)),
  ];
}

/** Where interfaces belong, by their names, and what they can carry at most. */
interface Places {
  readonly zones: ReadonlyMap<string, string>;
  readonly routers: ReadonlyMap<string, string>;
  readonly mtu: number;
}

function read(entry: XmlElement, how: Pick<Interface, "isPort" | "up">, { zones, routers, mtu }: Places): Interface {
  const name = attribute(entry, "name") ?? "";
  const mode = MODES.find((candidate) => descend(entry, candidate) !== undefined) ?? (how.isPort ? "none" : "layer3");
  const holder = descend(entry, mode) ?? entry;
  return {
    ...how,
    name,
    mode,
    zone: zones.get(name) ?? "",
    router: routers.get(name) ?? "",
    addresses: entriesOf(descend(holder, "ip")).map((address) => attribute(address, "name") ?? ""),
    mtu: Number(childText(holder, "mtu") ?? mtu),
    tag: Number(childText(entry, "tag") ?? 0),
  };
}

const MODES = ["layer3", "layer2", "virtual-wire", "tap", "ha", "decrypt-mirror"] as const;

const unitsOf = (port: XmlElement): readonly XmlElement[] =>
  MODES.flatMap((mode) => entriesOf(descend(port, mode, "units")));
const isUp = (port: XmlElement): boolean => childText(port, "link-state") !== "down";
const entriesOf = (holder: XmlElement | undefined): readonly XmlElement[] =>
  holder === undefined ? [] : childrenNamed(holder, "entry");

const routersOf = (network: XmlElement | undefined, advanced: boolean): readonly XmlElement[] =>
  advanced
    ? entriesOf(descend(network, "logical-router")).flatMap((router) =>
        entriesOf(descend(router, "vrf")).map((vrf) => ({ ...vrf, attributes: router.attributes })),
      )
    : entriesOf(descend(network, "virtual-router"));

/** Names of interfaces with the name of what they are a member of: a zone's are below its kind of network. */
function memberships(holders: readonly XmlElement[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const holder of holders) {
    const network = descend(holder, "network");
    const lists = network === undefined ? [descend(holder, "interface")] : elementsOf(network);
    for (const list of lists)
      for (const member of list === undefined ? [] : childrenNamed(list, "member"))
        found.set(textOf(member).trim(), attribute(holder, "name") ?? "");
  }
  return found;
}

/** What went through an interface since boot, or since counters were cleared. The first interfaces carry the most. */
export function interfaceTraffic(firewall: RunningFirewall, at: number): InterfaceTraffic {
  const packets = Math.floor((sessionSeconds(firewall) * PER_SESSION.packets) / ((at + 1) * ALL_SHARES));
  const answers = Math.floor(packets * 0.9);
  const bytes = (PER_SESSION.kilobits * 1000) / 8 / PER_SESSION.packets;
  return {
    bytesIn: Math.floor(packets * bytes),
    bytesOut: Math.floor(answers * bytes),
    packetsIn: packets,
    packetsOut: answers,
  };
}

/** The second interface carries half of the first, the third a third …; four of them together carry all. */
const ALL_SHARES = INTERFACES.reduce((sum, n) => sum + 1 / n, 0);
