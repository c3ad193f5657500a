import { rulesInForce } from "../../node/config/rules-in-force.ts";
import type { Behavior } from "../../node/node.ts";
import { macAddress } from "../../node/profile.ts";
import { result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import {
  renderCounters,
  renderHardware,
  renderInterface,
  renderInterfaces,
  renderManagementInterface,
} from "../../wire/messages/interfaces.ts";
import { attribute, childrenNamed, childText, descend } from "../../wire/xml/tree.ts";
import { leaves, NO_MARKUP, writeXml, xml } from "../../wire/xml/write.ts";
import { interfacesOf, interfaceTraffic } from "../interfaces.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { PER_SESSION, sessionSeconds, sessionsNow } from "../traffic.ts";

type FirewallBehavior = Behavior<RunningFirewall>;

const tellsInterface: FirewallBehavior = {
  on: "show.interface",
  handle: (firewall, command) => {
    const name = argumentText(command);
    const all = interfacesOf(firewall);
    if (name === "hardware") return result(renderHardware(all));
    if (name === "all" || name === "logical") return result(renderInterfaces(all));
    if (name === "management") {
      return result(
        renderManagementInterface(
          firewall.profile.ipAddress,
          macAddress(firewall.profile.serial, 0),
          interfaceTraffic(firewall, 9),
        ),
      );
    }
    const at = all.findIndex((one) => one.name === name);
    const found = all[at];
    return result(
      found === undefined
        ? xml`<error>Interface '${name}' not found</error>`
        : renderInterface(found, interfaceTraffic(firewall, at)),
    );
  },
};

const tellsCounters: FirewallBehavior = {
  on: "show.counter.interface",
  handle: (firewall, command) => {
    const name = argumentText(command);
    const at = interfacesOf(firewall).findIndex((one) => one.name === name);
    return result(at < 0 ? NO_MARKUP : renderCounters(name, interfaceTraffic(firewall, at)));
  },
};

/** Counters of the data plane, as shares of all packets. */
const GLOBAL_COUNTERS = [
  ["pkt_recv", 1, "info", "packet", "Packets received"],
  ["pkt_sent", 0.9, "info", "packet", "Packets transmitted"],
  ["session_allocated", 1 / 60, "info", "session", "Sessions allocated"],
  ["flow_policy_deny", 0.001, "drop", "flow", "Session setup: denied by policy"],
  ["flow_fwd_l3_noarp", 0.0001, "drop", "flow", "Packets dropped: no ARP"],
] as const;

const tellsGlobalCounters: FirewallBehavior = {
  on: "show.counter.global",
  handle: (firewall) => {
    const [packets, rate] = [sessionSeconds(firewall), sessionsNow(firewall)].map((n) => n * PER_SESSION.packets);
    const entries = GLOBAL_COUNTERS.map(([name, share, severity, category, desc], id) => {
      const [value, perSecond] = [packets, rate].map((n) => Math.floor((n ?? 0) * share));
      return xml`<entry>${leaves({ category, severity, value, rate: perSecond, aspect: "pktproc", desc, id: id + 1, name })}</entry>`;
    });
    return result(xml`<dp>dp0</dp><global><t>1</t><counters>${entries}</counters></global>`);
  },
};

/** Rules as text blocks. */
const tellsSecurityPolicy: FirewallBehavior = {
  on: "show.running.security-policy",
  handle: (firewall) => {
    const blocks = rulesInForce(firewall, "vsys1", "security").map((rule, at) => {
      const members = (field: string): string => {
        const texts = childrenNamed(descend(rule, field) ?? { name: "", attributes: [], children: [] }, "member").map(
          (member) => writeXml(member.children).markup,
        );
        return texts.length === 0 ? "any" : texts.join(" ");
      };
      const action = childText(rule, "action") ?? "allow";
      return `"${attribute(rule, "name") ?? ""}; index: ${at + 1}" {\n  from ${members("from")};\n  source ${members("source")};\n  to ${members("to")};\n  destination ${members("destination")};\n  application/service ${members("application")}/${members("service")};\n  action ${action};\n}`;
    });
    return result(xml`<member>${blocks.join("\n")}</member>`);
  },
};

/** `Active`; a Panorama that is alone, or away, has none. */
const haStateOf = (role: string | undefined): string =>
  role === undefined ? "disconnected" : role.charAt(0).toUpperCase() + role.slice(1);

const tellsPanoramaStatus: FirewallBehavior = {
  on: "show.panorama-status",
  handle: (firewall) => {
    const { managers } = firewall;
    if (managers.length === 0) return result(NO_MARKUP);
    const blocks = managers.map(
      ({ ip, connected, role }, at) =>
        `\nPanorama Server ${at + 1} : ${ip}\n    Connected     : ${connected ? "yes" : "no"}\n    HA state      : ${haStateOf(role)}\n`,
    );
    return result({ markup: blocks.join("") });
  },
};

export const interfaceBehaviors: readonly FirewallBehavior[] = [
  tellsInterface,
  tellsCounters,
  tellsGlobalCounters,
  tellsSecurityPolicy,
  tellsPanoramaStatus,
];
