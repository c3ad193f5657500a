import { hasAdvancedRouting } from "../../node/config/advanced-routing.ts";
import type { Behavior } from "../../node/node.ts";
import { result } from "../../wire/api/answer.ts";
import { argument, type Command } from "../../wire/api/command.ts";
import {
  type BgpPeer,
  renderAdvancedPeers,
  renderAdvancedSummary,
  renderBgpPeers,
  renderBgpSummary,
} from "../../wire/messages/bgp.ts";
import { NO_MARKUP, xml } from "../../wire/xml/write.ts";
import { bgpPeers } from "../bgp/peers.ts";
import type { RunningFirewall } from "../running-firewall.ts";

type FirewallBehavior = Behavior<RunningFirewall>;

/** Those an order names by peer, by router, or all. */
function asked(firewall: RunningFirewall, command: Command): readonly BgpPeer[] {
  const name = argument(command, "peer-name");
  const router = argument(command, "virtual-router") ?? argument(command, "logical-router");
  return bgpPeers(firewall).filter(
    (peer) => (name === undefined || peer.name === name) && (router === undefined || peer.router === router),
  );
}

const classic = (word: "peer" | "summary"): FirewallBehavior => ({
  on: `show.routing.protocol.bgp.${word}`,
  handle: (firewall, command) => {
    if (hasAdvancedRouting(firewall)) return result(NO_MARKUP);
    const peers = asked(firewall, command);
    return result(word === "peer" ? renderBgpPeers(peers, firewall.now()) : renderBgpSummary(peers));
  },
});

const NO_JSON = xml`<json>{}</json>`;

const advanced = (
  on: string,
  render: (peers: readonly BgpPeer[], firewall: RunningFirewall) => ReturnType<typeof xml>,
): FirewallBehavior => ({
  on,
  handle: (firewall, command) =>
    result(hasAdvancedRouting(firewall) ? render(asked(firewall, command), firewall) : NO_JSON),
});

export const bgpBehaviors: readonly FirewallBehavior[] = [
  classic("peer"),
  classic("summary"),
  advanced("show.advanced-routing.bgp.peer.status", (peers, firewall) => renderAdvancedPeers(peers, firewall.now())),
  advanced("show.advanced-routing.bgp.summary", (peers) => renderAdvancedSummary(peers)),
];
