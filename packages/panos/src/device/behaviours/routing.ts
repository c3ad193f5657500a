import type { Behavior } from "../../node/node.ts";
import { CODES, refused, result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { type Route, renderAdvancedRoutes, renderArp, renderFib, renderRoutes } from "../../wire/messages/routing.ts";
import { attribute, childText, descend } from "../../wire/xml/tree.ts";
import { NO_MARKUP, xml } from "../../wire/xml/write.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { arpOf, routesOf } from "../traffic.ts";

type FirewallBehavior = Behavior<RunningFirewall>;

/** Whether the advanced routing engine runs: a matter of the running configuration. */
export function hasAdvancedRouting(firewall: RunningFirewall): boolean {
  if (!firewall.config.isLoaded) return firewall.profile.advancedRouting;
  const setting = descend(firewall.config.running, "devices", "entry", "deviceconfig", "setting");
  return setting !== undefined && childText(setting, "advance-routing") === "yes";
}

const NO_FIBS = xml`<fibs/>`;
const NO_JSON = xml`<json>{}</json>`;

const matching = (routes: readonly Route[], destination: string | undefined): readonly Route[] =>
  destination === undefined || destination === ""
    ? routes
    : routes.filter((route) => route.destination === destination);

const tellsRoutes: FirewallBehavior = {
  on: "show.routing.route",
  handle: (firewall, command) =>
    result(
      hasAdvancedRouting(firewall)
        ? NO_MARKUP
        : renderRoutes(matching(routesOf(firewall), childText(command.last, "destination"))),
    ),
};

const tellsAdvancedRoutes: FirewallBehavior = {
  on: "show.advanced-routing.route",
  handle: (firewall) => result(hasAdvancedRouting(firewall) ? renderAdvancedRoutes(routesOf(firewall)) : NO_JSON),
};

const tellsFib: FirewallBehavior = {
  on: "show.routing.fib",
  handle: (firewall) => result(hasAdvancedRouting(firewall) ? NO_FIBS : renderFib(routesOf(firewall))),
};

const tellsAdvancedFib: FirewallBehavior = {
  on: "show.advanced-routing.fib",
  handle: (firewall) => result(hasAdvancedRouting(firewall) ? renderFib(routesOf(firewall)) : NO_FIBS),
};

/** No simulated firewall speaks BGP with anybody. */
const tellsNothing = (on: string): FirewallBehavior => ({ on, handle: () => result(NO_MARKUP) });

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
  tellsNothing("show.routing.protocol.bgp.peer"),
  tellsNothing("show.routing.protocol.bgp.summary"),
  tellsNothing("show.advanced-routing.bgp.peer.status"),
  tellsNothing("show.advanced-routing.bgp.summary"),
  tellsArp,
];
