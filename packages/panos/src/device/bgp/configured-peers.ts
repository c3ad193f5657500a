import type { FirewallProfile } from "../../node/firewall-profile.ts";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../../wire/xml/tree.ts";
import { type Markup, NO_MARKUP, xml } from "../../wire/xml/write.ts";

/** A peer as a configuration has it. */
export interface ConfiguredPeer {
  readonly router: string;
  readonly group: string;
  readonly name: string;
  readonly remoteAs: string;
  readonly localAs: string;
  readonly routerId: string;
  readonly address: string;
  readonly localAddress: string;
  readonly interface: string;
}

/** The BGP of a first configuration: what stands below `protocol` of a virtual router, or below a VRF. */
export function bgpConfig({ bgp }: FirewallProfile): Markup {
  if (bgp === undefined) return NO_MARKUP;
  const groups = [...Map.groupBy(bgp.peers, ({ group }) => group)].map(([group, peers]) => {
    const entries = peers.map(
      (peer) =>
        xml`<entry name="${peer.name}"><enable>yes</enable><peer-as>${peer.remoteAs}</peer-as><local-address><interface>${peer.interface}</interface><ip>${peer.localAddress}/24</ip></local-address><peer-address><ip>${peer.address}</ip></peer-address></entry>`,
    );
    return xml`<entry name="${group}"><type><ebgp/></type><peer>${entries}</peer></entry>`;
  });
  return xml`<bgp><enable>yes</enable><router-id>${bgp.routerId}</router-id><local-as>${bgp.localAs}</local-as><peer-group>${groups}</peer-group></bgp>`;
}

/** The peers of a configuration, of the engine that is asked for. What is disabled is not there. */
export function configuredPeers(
  config: XmlElement,
  engine: "virtual-router" | "logical-router",
): readonly ConfiguredPeer[] {
  const routers = entriesOf(descend(config, "devices", "entry", "network", engine));
  return routers.flatMap((router) => {
    const name = nameOf(router);
    if (engine === "virtual-router") return peersOf(descend(router, "protocol", "bgp"), name);
    return entriesOf(descend(router, "vrf")).flatMap((vrf) => peersOf(descend(vrf, "bgp"), name));
  });
}

function peersOf(bgp: XmlElement | undefined, router: string): readonly ConfiguredPeer[] {
  if (bgp === undefined || !isEnabled(bgp)) return [];
  const [localAs, routerId] = [childText(bgp, "local-as") ?? "", childText(bgp, "router-id") ?? ""];
  return entriesOf(descend(bgp, "peer-group"))
    .filter(isEnabled)
    .flatMap((group) =>
      entriesOf(descend(group, "peer"))
        .filter(isEnabled)
        .map((peer) => ({
          router,
          group: nameOf(group),
          name: nameOf(peer),
          remoteAs: childText(peer, "peer-as") ?? "",
          localAs,
          routerId,
          address: childText(descend(peer, "peer-address"), "ip") ?? "",
          localAddress: (childText(descend(peer, "local-address"), "ip") ?? "").replace(/\/\d+$/, ""),
          interface: childText(descend(peer, "local-address"), "interface") ?? "",
        })),
    );
}

const isEnabled = (element: XmlElement): boolean => childText(element, "enable") !== "no";
const entriesOf = (holder: XmlElement | undefined): readonly XmlElement[] =>
  holder === undefined ? [] : childrenNamed(holder, "entry");
const nameOf = (entry: XmlElement): string => attribute(entry, "name") ?? "";
