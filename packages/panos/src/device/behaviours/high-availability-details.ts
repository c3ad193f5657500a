import { between } from "@understudy/kernel";
import type { Behavior } from "../../node/node.ts";
import { type Answer, CODES, refused, result } from "../../wire/api/answer.ts";
import { argumentText, type Command } from "../../wire/api/command.ts";
import { type HaRole, roleName } from "../../wire/link/ha-frames.ts";
import { type HaView, renderLinkMonitoring, renderPathMonitoring } from "../../wire/messages/high-availability.ts";
import { leaves, type Markup, xml } from "../../wire/xml/write.ts";
import { haView } from "../ha/ha-view.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { sessionsNow } from "../traffic.ts";

type Shown = Extract<HaView, { enabled: true }>;

/** A part of what is known of the pair. Where no recording of the reply exists, its names are those of the state's own fields. */
const shows = (
  words: string,
  render: (view: Shown, firewall: RunningFirewall, command: Command) => Markup | Answer,
): Behavior<RunningFirewall> => ({
  on: `show.high-availability.${words}`,
  handle: (firewall, command) => {
    const view = haView(firewall);
    if (!view.enabled) return result(xml`<enabled>no</enabled>`);
    const rendered = render(view, firewall, command);
    return "kind" in rendered
      ? rendered
      : result(xml`<enabled>yes</enabled><group><mode>${view.mode}</mode>${rendered}</group>`);
  },
});

const showsFlaps = shows(
  "flap-statistics",
  ({ timers }) =>
    xml`<flap-statistics>${leaves({
      "preempt-flap-cnt": timers.preemptFlaps,
      "nonfunc-flap-cnt": timers.nonfunctionalFlaps,
      "max-flaps": timers.maxFlaps,
    })}</flap-statistics>`,
);

const ROLES: readonly HaRole[] = ["initial", "tentative", "passive", "active", "suspended", "non-functional"];

const showsTransitions = shows("transitions", ({ mode }, { whole, profile }) => {
  const counts = ROLES.filter((role) => role !== "tentative" || mode === "Active-Active").map((role) => {
    const name = roleName(role, profile.ha?.mode ?? "active-passive");
    return [name, whole.ha?.transitions?.[role] ?? 0] as const;
  });
  return xml`<transitions>${leaves(Object.fromEntries(counts))}</transitions>`;
});

/** Hello messages are not sent one by one: their number follows from how long the link has been up. */
const showsControlLink = shows("control-link.statistics", ({ connections, timers }, firewall) => {
  const { sent = 0, received = 0 } = firewall.ha?.traffic ?? {};
  const up = connections.ha1 === "up" ? between(firewall.state.bootedAt, firewall.now()) : 0;
  const hellos = Math.floor(up / timers.helloMs);
  return xml`<control-link><ha1>${leaves({
    "conn-status": connections.ha1,
    "hello-sent": hellos,
    "hello-received": hellos,
    "messages-sent": sent,
    "messages-received": received,
  })}</ha1></control-link>`;
});

/** Sessions go to the peer from whoever is active; there are as many messages as sessions. */
const showsStateSync = shows("state-synchronization", ({ connections, stateSync, local }, firewall) => {
  const leads = firewall.whole.ha?.role === "active";
  const sessions = stateSync ? sessionsNow(firewall) : 0;
  return xml`<state-synchronization>${leaves({
    enabled: "yes",
    "state-sync": stateSync ? "Complete" : "Incomplete",
    state: local.state,
    "ha2-status": connections.ha2,
    "session-sent": leads ? sessions : 0,
    "session-received": leads ? 0 : sessions,
  })}</state-synchronization>`;
});

const showsKeepalive = shows(
  "ha2_keepalive",
  ({ connections }) =>
    xml`<ha2-keepalive>${leaves({ enabled: "no", "conn-status": connections.ha2, action: "log-only", threshold: 10_000 })}</ha2-keepalive>`,
);

const showsDataplane = shows(
  "dataplane-status",
  ({ local }) =>
    xml`<dataplane-status><entry>${leaves({ name: "dp0", status: "up", state: local.state })}</entry></dataplane-status>`,
);

const showsInterface = shows("interface", (view, _, command) => {
  const name = argumentText(command);
  const status = name === "ha1" ? view.connections.ha1 : name === "ha2" ? view.connections.ha2 : undefined;
  if (status === undefined) return refused(CODES.notFound, `HA interface ${name} is not configured`);
  const address = name === "ha1" ? { "ip-address": `${view.local.ha1Ip}/30` } : {};
  return xml`<interface>${leaves({ name, port: name === "ha1" ? "ha1-a" : "hsci", ...address, state: status })}</interface>`;
});

const showsVirtualAddress = shows("virtual-address", () => xml`<virtual-address/>`);

export const haDetailBehaviors: readonly Behavior<RunningFirewall>[] = [
  shows("link-monitoring", ({ linkMonitoring }) => renderLinkMonitoring(linkMonitoring)),
  shows("path-monitoring", ({ pathMonitoring }) => renderPathMonitoring(pathMonitoring)),
  showsFlaps,
  showsTransitions,
  showsControlLink,
  showsStateSync,
  showsKeepalive,
  showsDataplane,
  showsInterface,
  showsVirtualAddress,
];
