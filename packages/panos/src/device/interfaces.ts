import { macAddress } from "../node/profile.ts";
import type { InterfaceTraffic, ShownInterface } from "../wire/messages/interfaces.ts";
import { attribute, childrenNamed, descend, elementsOf, firstDeep, textOf, type XmlElement } from "../wire/xml/tree.ts";
import { INTERFACES, interfaceAddress } from "./initial-config.ts";
import type { RunningFirewall } from "./running-firewall.ts";
import { PER_SESSION, sessionSeconds } from "./traffic.ts";

/** The data interfaces of a firewall: those of its running configuration. */
export function interfacesOf(firewall: RunningFirewall): readonly ShownInterface[] {
  if (!firewall.config.isLoaded)
    return INTERFACES.map((n) =>
      shown(firewall, n - 1, `ethernet1/${n}`, `${interfaceAddress(n)}/24`, n <= 2 ? "trust" : "untrust", true),
    );
  const device = descend(firewall.config.running, "devices", "entry");
  const zones = zonesOf(device);
  const entries = childrenNamed(descend(device, "network", "interface", "ethernet") ?? NOTHING, "entry");
  return entries.map((entry, at) => {
    const name = attribute(entry, "name") ?? "";
    const address = attribute(descend(entry, "layer3", "ip", "entry") ?? NOTHING, "name") ?? "";
    const down = textOf(firstDeep(entry, "link-state")).trim() === "down";
    return shown(firewall, at, name, address, zones.get(name) ?? "", !down);
  });
}

const NOTHING: XmlElement = { name: "", attributes: [], children: [] };

function zonesOf(device: XmlElement | undefined): ReadonlyMap<string, string> {
  const zones = new Map<string, string>();
  for (const vsys of childrenNamed(descend(device, "vsys") ?? NOTHING, "entry")) {
    for (const zone of childrenNamed(descend(vsys, "zone") ?? NOTHING, "entry")) {
      for (const member of elementsOf(firstDeep(zone, "layer3") ?? NOTHING))
        zones.set(textOf(member).trim(), attribute(zone, "name") ?? "");
    }
  }
  return zones;
}

const shown = (
  firewall: RunningFirewall,
  at: number,
  name: string,
  address: string,
  zone: string,
  up: boolean,
): ShownInterface => ({
  name,
  id: 16 + at,
  mac: macAddress(firewall.profile.serial, 16 + at),
  up,
  zone,
  address,
  mtu: 1500,
});

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
