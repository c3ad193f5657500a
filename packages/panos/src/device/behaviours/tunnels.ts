import type { Behavior } from "../../node/node.ts";
import { result } from "../../wire/api/answer.ts";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../../wire/xml/tree.ts";
import { leaves, xml } from "../../wire/xml/write.ts";
import { interfacesOf } from "../interfaces.ts";
import type { RunningFirewall } from "../running-firewall.ts";

const entriesOf = (holder: XmlElement | undefined): readonly XmlElement[] =>
  holder === undefined ? [] : childrenNamed(holder, "entry");

/** Who is at the other end of a tunnel, and where it leaves the firewall. */
interface Gateway {
  readonly id: number;
  readonly interface: string;
  readonly localIp: string;
  readonly peerIp: string;
}

function gatewaysOf(network: XmlElement | undefined): ReadonlyMap<string, Gateway> {
  const entries = entriesOf(descend(network, "ike", "gateway"));
  return new Map(
    entries.map((gateway, at) => {
      const local = descend(gateway, "local-address");
      const [address = ""] = (childText(local, "ip") ?? "").split("/");
      const found = {
        id: at + 1,
        interface: childText(local, "interface") ?? "",
        localIp: address,
        peerIp: childText(descend(gateway, "peer-address"), "ip") ?? "0.0.0.0",
      };
      return [attribute(gateway, "name") ?? "", found] as const;
    }),
  );
}

/**
 * A tunnel carries traffic where routing is done: not before AutoCom has ended, and in a pair on the active member alone.
 * `init`: it waits for that; `inactive`: it is disabled, or the interface it leaves by is down.
 */
function stateOf(firewall: RunningFirewall, tunnel: XmlElement, gateway: Gateway | undefined): string {
  const down = interfacesOf(firewall).some(({ name, up }) => name === gateway?.interface && !up);
  if (childText(tunnel, "disabled") === "yes" || gateway === undefined || down) return "inactive";
  const routes = firewall.state.ready && (firewall.whole.ha === undefined || firewall.whole.ha.role === "active");
  return routes ? "active" : "init";
}

/** One per IPsec tunnel of the running configuration. */
const tellsTunnels: Behavior<RunningFirewall> = {
  on: "show.running.tunnel.flow",
  handle: (firewall) => {
    const network = descend(firewall.effective, "devices", "entry", "network");
    const gateways = gatewaysOf(network);
    const entries = entriesOf(descend(network, "tunnel", "ipsec")).map((tunnel, at) => {
      const [first] = entriesOf(descend(tunnel, "auto-key", "ike-gateway"));
      const gateway = first === undefined ? undefined : gateways.get(attribute(first, "name") ?? "");
      const monitored = childText(descend(tunnel, "tunnel-monitor"), "enable") === "yes";
      return xml`<entry>${leaves({
        name: attribute(tunnel, "name") ?? "",
        id: at + 1,
        gwid: gateway?.id ?? 0,
        "inner-if": childText(tunnel, "tunnel-interface") ?? `tunnel.${at + 1}`,
        "outer-if": gateway?.interface ?? "",
        localip:
          gateway?.localIp === undefined || gateway.localIp === "" ? firewall.profile.ipAddress : gateway.localIp,
        peerip: gateway?.peerIp ?? "0.0.0.0",
        state: stateOf(firewall, tunnel, gateway),
        mon: monitored ? "up" : "off",
        owner: 1,
      })}</entry>`;
    });
    const ipsec = entries.length === 0 ? xml`<IPSec/>` : xml`<IPSec>${entries}</IPSec>`;
    return result(
      xml`<dp>dp0</dp><num_ipsec>${entries.length}</num_ipsec><num_sslvpn>0</num_sslvpn><hop/>${ipsec}<SSL-VPN/><GlobalProtect-Gateway/><GlobalProtect-site-to-site/><total>${entries.length}</total>`,
    );
  },
};

export const tunnelBehaviors: readonly Behavior<RunningFirewall>[] = [tellsTunnels];
