import { hasAdvancedRouting } from "../../node/config/advanced-routing.ts";
import type { Behavior } from "../../node/node.ts";
import { CODES, refused, result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { type Route, renderAdvancedRoutes, renderArp, renderFib, renderRoutes } from "../../wire/messages/routing.ts";
import { attribute, childText, descend } from "../../wire/xml/tree.ts";
import { xml } from "../../wire/xml/write.ts";
import { bgpPeers, learntRoutes } from "../bgp/peers.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { arpOf, routesOf } from "../traffic.ts";

type FirewallBehavior = Behavior<RunningFirewall>;

/** The routing table: what is configured or connected, and what BGP peers tell. */
const tableOf = (firewall: RunningFirewall): readonly Route[] => [
  ...routesOf(firewall),
  ...learntRoutes(bgpPeers(firewall)),
];

const NO_FIBS = xml`<fibs/>`;
const NO_JSON = xml`<json>{}</json>`;

/** The only virtual router of a firewall. */
const ROUTER = "default";

const matching = (routes: readonly Route[], destination: string | undefined): readonly Route[] =>
  destination === undefined || destination === ""
    ? routes
    : routes.filter((route) => route.destination === destination);

/** Where the other engine runs, the legend of the flags without a route: a client that takes both tables asks the reply for its entries. */
const tellsRoutes: FirewallBehavior = {
  on: "show.routing.route",
  handle: (firewall, command) => {
    const router = childText(command.last, "virtual-router") || ROUTER;
    const table = hasAdvancedRouting(firewall) || router !== ROUTER ? [] : tableOf(firewall);
    return result(renderRoutes(matching(table, childText(command.last, "destination"))));
  },
};

const tellsAdvancedRoutes: FirewallBehavior = {
  on: "show.advanced-routing.route",
  handle: (firewall) => result(hasAdvancedRouting(firewall) ? renderAdvancedRoutes(tableOf(firewall)) : NO_JSON),
};

const tellsFib: FirewallBehavior = {
  on: "show.routing.fib",
  handle: (firewall) => result(hasAdvancedRouting(firewall) ? NO_FIBS : renderFib(tableOf(firewall))),
};

const tellsAdvancedFib: FirewallBehavior = {
  on: "show.advanced-routing.fib",
  handle: (firewall) => result(hasAdvancedRouting(firewall) ? renderFib(tableOf(firewall)) : NO_FIBS),
};

const tellsArp: FirewallBehavior = {
  on: "show.arp",
  handle: (firewall, command) => {
    const entry = descend(command.last, "entry");
    const which = entry === undefined ? argumentText(command) : (attribute(entry, "name") ?? "");
    if (which === "") return refused(CODES.invalidCommand, "show -> arp  is missing an interface or 'all'");
    const entries = arpOf(firewall);
    return result(renderArp(which === "all" ? entries : entries.filter((one) => one.interface === which)));
  },
};

export const routingBehaviors: readonly FirewallBehavior[] = [
  tellsRoutes,
  tellsAdvancedRoutes,
  tellsFib,
  tellsAdvancedFib,
  tellsArp,
];
