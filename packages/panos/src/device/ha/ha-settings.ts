import { type Duration, minutes } from "@understudy/kernel";
import type { HaProfile } from "../../node/firewall-profile.ts";
import { attribute, child, childrenNamed, childText, descend, textOf, type XmlElement } from "../../wire/xml/tree.ts";

/** How a member takes part in its pair, as its running configuration says. Times are as the screen shows them. */
export interface HaSettings {
  /** Whether it takes part at all. */
  readonly enabled: boolean;
  readonly priority: number;
  readonly preemptive: boolean;
  readonly maxFlaps: number;
  readonly promotionHoldMs: number;
  readonly helloMs: number;
  readonly heartbeatMs: number;
  readonly monitorHoldUpMs: number;
  readonly masterHoldUpMs: number;
  /** Only where it is configured by hand; else the lab's timing decides. */
  readonly preemptHold?: Duration;
  readonly configSync: boolean;
  readonly linkMonitoring: Monitoring;
  readonly pathMonitoring: Monitoring;
}

/** Links or paths that are watched, by groups. */
export interface Monitoring {
  readonly enabled: boolean;
  readonly condition: "any" | "all";
  readonly groups: readonly MonitoredGroup[];
}

export interface MonitoredGroup {
  readonly name: string;
  readonly enabled: boolean;
  readonly condition: "any" | "all";
  /** Interfaces, or addresses. */
  readonly members: readonly string[];
}

const NOTHING_WATCHED: Monitoring = Object.freeze({ enabled: true, condition: "any", groups: Object.freeze([]) });

/** Timers by the name of their profile. */
const TIMERS = Object.freeze({
  recommended: { promotionHoldMs: 2000, helloMs: 8000, heartbeatMs: 1000, monitorHoldUpMs: 0, masterHoldUpMs: 500 },
  aggressive: { promotionHoldMs: 500, helloMs: 8000, heartbeatMs: 1000, monitorHoldUpMs: 0, masterHoldUpMs: 500 },
});

/** The settings of a member that nobody has configured. */
const firstSettings = (profile: HaProfile): HaSettings => ({
  enabled: true,
  priority: profile.priority,
  preemptive: profile.preemptive,
  maxFlaps: 3,
  ...TIMERS.recommended,
  configSync: true,
  linkMonitoring: NOTHING_WATCHED,
  pathMonitoring: NOTHING_WATCHED,
});

/** Reads `deviceconfig/high-availability`; what is missing there is as from the start. `config` absent: nobody has configured it. */
export function haSettings(config: XmlElement | undefined, profile: HaProfile): HaSettings {
  const first = firstSettings(profile);
  const own = descend(config, "devices", "entry", "deviceconfig", "high-availability");
  const enabled = yes(own, "enabled", first.enabled);
  const group = child(own, "group");
  if (group === undefined) return { ...first, enabled };
  const election = child(group, "election-option");
  const timers = child(election, "timers");
  const advanced = child(timers, "advanced");
  const number = (of: XmlElement | undefined, name: string, otherwise: number): number => {
    const value = Number(childText(of, name)?.trim() || Number.NaN);
    return Number.isFinite(value) && value >= 0 ? value : otherwise;
  };
  const named = child(timers, "aggressive") === undefined ? TIMERS.recommended : TIMERS.aggressive;
  const hold = number(advanced, "preemption-hold-time", 0);
  return {
    enabled,
    priority: number(election, "device-priority", first.priority),
    preemptive: yes(election, "preemptive", first.preemptive),
    maxFlaps: number(advanced, "flap-max", first.maxFlaps),
    promotionHoldMs: number(advanced, "promotion-hold-time", named.promotionHoldMs),
    helloMs: number(advanced, "hello-interval", named.helloMs),
    heartbeatMs: number(advanced, "heartbeat-interval", named.heartbeatMs),
    monitorHoldUpMs: number(advanced, "monitor-fail-hold-up-time", named.monitorHoldUpMs),
    masterHoldUpMs: number(advanced, "additional-master-hold-up-time", named.masterHoldUpMs),
    ...(hold === 0 ? {} : { preemptHold: minutes(hold) }),
    configSync: yes(child(group, "configuration-synchronization"), "enabled", true),
    linkMonitoring: monitoring(descend(group, "monitoring", "link-monitoring"), linkGroups),
    pathMonitoring: monitoring(descend(group, "monitoring", "path-monitoring"), pathGroups),
  };
}

const yes = (of: XmlElement | undefined, name: string, otherwise: boolean): boolean => {
  const text = childText(of, name)?.trim();
  return text === undefined || text === "" ? otherwise : text === "yes";
};

const condition = (of: XmlElement | undefined): "any" | "all" =>
  childText(of, "failure-condition")?.trim() === "all" ? "all" : "any";

function monitoring(of: XmlElement | undefined, groupsOf: (of: XmlElement) => readonly MonitoredGroup[]): Monitoring {
  if (of === undefined) return NOTHING_WATCHED;
  return { enabled: yes(of, "enabled", true), condition: condition(of), groups: groupsOf(of) };
}

const groupOf = (entry: XmlElement, members: readonly string[]): MonitoredGroup => ({
  name: attribute(entry, "name") ?? "",
  enabled: yes(entry, "enabled", true),
  condition: condition(entry),
  members,
});

const texts = (of: XmlElement | undefined): readonly string[] =>
  of === undefined ? [] : childrenNamed(of, "member").map((member) => textOf(member).trim());

const entries = (of: XmlElement | undefined): readonly XmlElement[] =>
  of === undefined ? [] : childrenNamed(of, "entry");

const linkGroups = (of: XmlElement): readonly MonitoredGroup[] =>
  entries(child(of, "link-group")).map((entry) => groupOf(entry, texts(child(entry, "interface"))));

/** By virtual router, virtual wire or VLAN; addresses stand in the group itself or, in newer releases, in groups of their own. */
function pathGroups(of: XmlElement): readonly MonitoredGroup[] {
  const holder = child(of, "path-group");
  return ["virtual-router", "logical-router", "virtual-wire", "vlan"].flatMap((kind) =>
    entries(child(holder, kind)).map((entry) => {
      const inner = entries(child(entry, "destination-ip-group")).flatMap((group) =>
        texts(child(group, "destination-ip")),
      );
      return groupOf(entry, [...texts(child(entry, "destination-ip")), ...inner]);
    }),
  );
}
