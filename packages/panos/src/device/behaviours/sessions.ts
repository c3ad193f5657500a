import type { Instant } from "@understudy/kernel";
import type { Behavior } from "../../node/node.ts";
import { result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { renderSessionCounts, renderSessions, type ShownSession } from "../../wire/messages/sessions.ts";
import { longTime } from "../../wire/time.ts";
import { childText, descend } from "../../wire/xml/tree.ts";
import { NO_MARKUP, xml } from "../../wire/xml/write.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { PER_SESSION, sessionCapacity, sessionSeconds, sessionsNow } from "../traffic.ts";

type FirewallBehavior = Behavior<RunningFirewall>;

/** Sessions that are listed one by one; the count has all. */
const LISTED_SESSIONS = 100;

const tellsSessionCounts: FirewallBehavior = {
  on: "show.session.info",
  handle: (firewall) => {
    const active = sessionsNow(firewall);
    const udp = Math.floor(active * 0.2);
    const icmp = Math.floor(active * 0.01);
    return result(
      renderSessionCounts({
        active,
        max: sessionCapacity(firewall),
        tcp: active - udp - icmp,
        udp,
        icmp,
        installed: Math.floor(sessionSeconds(firewall) / PER_SESSION.seconds) + active,
        kbps: active * PER_SESSION.kilobits,
        pps: Math.floor(active * PER_SESSION.packets),
        cps: Math.floor(active / PER_SESSION.seconds),
      }),
    );
  },
};

/** Session number i: the same as long as the firewall is up. */
function sessionNumber(firewall: RunningFirewall, i: number): ShownSession {
  const lan = (i % 4) + 1;
  const web = i % 5 !== 0;
  return {
    id: i + 1,
    source: `10.1.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    sourcePort: 20_000 + ((i * 7919) % 40_000),
    destination: `203.0.113.${(i % 250) + 1}`,
    destinationPort: web ? 443 : 53,
    protocol: web ? 6 : 17,
    application: web ? "ssl" : "dns",
    ingress: `ethernet1/${lan}`,
    egress: "ethernet1/4",
    startTime: longTime((firewall.state.bootedAt + i * 1000) as Instant), // an instant plus milliseconds
    bytes: 1000 + i * 37,
  };
}

const FILTERS: Readonly<Record<string, (session: ShownSession) => string>> = {
  source: (session) => session.source,
  destination: (session) => session.destination,
  "source-port": (session) => String(session.sourcePort),
  "destination-port": (session) => String(session.destinationPort),
  protocol: (session) => String(session.protocol),
  application: (session) => session.application,
};

const listsSessions: FirewallBehavior = {
  on: "show.session.all",
  handle: (firewall, command) => {
    const filter = descend(command.last, "filter");
    const start = Number(childText(command.last, "start-point") ?? 1);
    const count = Math.min(LISTED_SESSIONS, sessionsNow(firewall));
    let sessions = Array.from({ length: count }, (_, i) => sessionNumber(firewall, i));
    for (const [name, value] of Object.entries(FILTERS)) {
      const wanted = filter === undefined ? undefined : childText(filter, name);
      if (wanted !== undefined && wanted !== "any") sessions = sessions.filter((session) => value(session) === wanted);
    }
    if (filter !== undefined && childText(filter, "count") === "yes")
      return result(xml`<member>${sessions.length}</member>`);
    return result(renderSessions(sessions.slice(Number.isInteger(start) && start > 0 ? start - 1 : 0)));
  },
};

const tellsMeter: FirewallBehavior = {
  on: "show.session.meter",
  handle: (firewall) =>
    result(
      xml`<entry><vsys>1</vsys><current>${sessionsNow(firewall)}</current><maximum>${sessionCapacity(firewall)}</maximum><throttled>0</throttled></entry>`,
    ),
};

const tellsSession: FirewallBehavior = {
  on: "show.session.id",
  handle: (firewall, command) => {
    const id = Number(argumentText(command));
    const known = Number.isInteger(id) && id >= 1 && id <= Math.min(LISTED_SESSIONS, sessionsNow(firewall));
    return result(known ? renderSessions([sessionNumber(firewall, id - 1)]) : NO_MARKUP);
  },
};

/** Without a filter all sessions are gone, and come back within a minute; a few of them are not missed. */
const clearsSessions: FirewallBehavior = {
  on: "clear.session.all",
  handle: async (firewall, command) => {
    if (descend(command.last, "filter") === undefined)
      await firewall.changeWhole((whole, now) => ({
        state: { ...whole, traffic: { ...whole.traffic, clearedAt: now } },
        result: undefined,
      }));
    return result(xml`<member>sessions cleared</member>`);
  },
};

export const sessionBehaviors: readonly FirewallBehavior[] = [
  tellsSessionCounts,
  listsSessions,
  tellsMeter,
  tellsSession,
  clearsSessions,
];
