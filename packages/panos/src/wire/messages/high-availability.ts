import type { Duration } from "@understudy/kernel";
import { childrenNamed, childText, descend, type XmlElement } from "../xml/tree.ts";
import { leaves, type Markup, xml } from "../xml/write.ts";
import { message } from "./message.ts";

/** One member of a pair as `show high-availability state` tells of it. */
export interface HaMember {
  readonly serial: string;
  /** `initial`, `active`, `passive`, `active-primary`, `active-secondary`, `tentative`, `suspended`, `non-functional`, `unknown`. */
  readonly state: string;
  readonly stateDuration: Duration;
  readonly priority: string;
  readonly preemptive: boolean;
  readonly version: string;
  readonly model: string;
  readonly appVersion: string;
  /** Without mask. */
  readonly mgmtIp: string;
  /** Without mask. */
  readonly ha1Ip: string;
  /** Only in active/active pairs. */
  readonly deviceId?: number;
  /** Why it has this state. */
  readonly reason?: string;
  /** Why it was out of service last, and in which state. */
  readonly lastError?: { readonly state: string; readonly reason: string };
}

/** What a member tells of its own settings and counters. */
export interface HaTimers {
  readonly maxFlaps: number;
  readonly preemptFlaps: number;
  readonly nonfunctionalFlaps: number;
  readonly preemptHoldMinutes: number;
  readonly promotionHoldMs: number;
  readonly helloMs: number;
  readonly heartbeatMs: number;
  readonly monitorHoldUpMs: number;
  readonly masterHoldUpMs: number;
}

export type RunningSync = "synchronized" | "not synchronized" | "synchronization in progress";
export type UpDown = "up" | "down";

/** Groups of interfaces, or of addresses, that are watched. */
export interface ShownMonitoring {
  readonly enabled: boolean;
  readonly condition: string;
  readonly groups: readonly {
    readonly name: string;
    readonly enabled: boolean;
    readonly condition: string;
    readonly members: readonly { readonly name: string; readonly status: UpDown }[];
  }[];
}

/** What a node tells of its pair. */
export type HaView =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      readonly mode: "Active-Passive" | "Active-Active";
      readonly local: HaMember;
      readonly peer: HaMember;
      readonly timers: HaTimers;
      readonly connections: { readonly ha1: UpDown; readonly ha2: UpDown };
      /** Sessions are synchronised. */
      readonly stateSync: boolean;
      readonly buildCompatible: boolean;
      readonly appCompatible: boolean;
      readonly linkMonitoring: ShownMonitoring;
      readonly pathMonitoring: ShownMonitoring;
      readonly runningSync: RunningSync;
      readonly syncEnabled: boolean;
    };

type Shown = Extract<HaView, { enabled: true }>;

export const haMessage = message<HaView>({
  parse(result) {
    const enabled = childText(result, "enabled");
    if (enabled !== "yes") return enabled === "no" ? { enabled: false } : undefined;
    const group = descend(result, "group") ?? result;
    const local = descend(group, "local-info");
    const peer = descend(group, "peer-info");
    if (local === undefined || peer === undefined) return undefined;
    const sync = childText(group, "running-sync");
    return {
      enabled: true,
      mode: childText(group, "mode") === "Active-Active" ? "Active-Active" : "Active-Passive",
      local: parseMember(local),
      peer: parseMember(peer),
      timers: parseTimers(local),
      connections: {
        ha1: upDown(childText(descend(peer, "conn-ha1"), "conn-status")),
        ha2: upDown(childText(descend(peer, "conn-ha2"), "conn-status")),
      },
      stateSync: childText(local, "state-sync") === "Complete",
      buildCompatible: childText(local, "build-compat") === "Match",
      appCompatible: childText(local, "app-compat") === "Match",
      linkMonitoring: parseMonitoring(descend(group, "link-monitoring"), LINKS),
      pathMonitoring: parseMonitoring(descend(group, "path-monitoring"), PATHS),
      runningSync: sync === "synchronized" || sync === "synchronization in progress" ? sync : "not synchronized",
      syncEnabled: childText(group, "running-sync-enabled") !== "no",
    };
  },
  render(view) {
    if (!view.enabled) return xml`<enabled>no</enabled>`;
    return xml`<enabled>yes</enabled><group><mode>${view.mode}</mode><local-info>${local(view)}</local-info><peer-info>${peer(view)}</peer-info>${renderLinkMonitoring(view.linkMonitoring)}${renderPathMonitoring(view.pathMonitoring)}<running-sync>${view.runningSync}</running-sync><running-sync-enabled>${yes(view.syncEnabled)}</running-sync-enabled></group>`;
  },
  describe: (view) =>
    view.enabled
      ? `${view.local.serial} is ${view.local.state}, ${view.peer.serial} is ${view.peer.state}, ${view.runningSync}`
      : "no high availability",
});

const yes = (flag: boolean): string => (flag ? "yes" : "no");
const upDown = (text: string | undefined): UpDown => (text === "up" ? "up" : "down");
const compatible = (flag: boolean): string => (flag ? "Match" : "Mismatch");

/** What both members are told alike. */
const common = (of: HaMember, mode: Shown["mode"]): Readonly<Record<string, string | number | undefined>> => ({
  version: "1",
  "app-version": of.appVersion,
  "av-version": "0",
  "build-rel": of.version,
  "platform-model": of.model,
  state: of.state,
  "state-duration": Math.floor(of.stateDuration / 1000),
  "state-reason": of.reason,
  priority: of.priority,
  preemptive: yes(of.preemptive),
  mode,
  "device-id": of.deviceId,
  "mgmt-ip": `${of.mgmtIp}/24`,
  "mgmt-ipv6": "",
  "serial-num": of.serial,
  "last-error-state": of.lastError?.state ?? "",
  "last-error-reason": of.lastError?.reason ?? "",
});

function local(view: Shown): Markup {
  const { timers } = view;
  return leaves({
    ...common(view.local, view.mode),
    "url-compat": "Match",
    "state-sync": view.stateSync ? "Complete" : "Incomplete",
    "state-sync-type": "ethernet",
    "mgmt-macaddr": "",
    "ha1-ipaddr": `${view.local.ha1Ip}/30`,
    "ha1-macaddr": "",
    "ha1-port": "ha1-a",
    "ha2-ipaddr": "",
    "ha2-port": "hsci",
    "max-flaps": timers.maxFlaps,
    "preempt-flap-cnt": timers.preemptFlaps,
    "nonfunc-flap-cnt": timers.nonfunctionalFlaps,
    "preempt-hold": timers.preemptHoldMinutes,
    "promotion-hold": timers.promotionHoldMs,
    "monitor-fail-holdup": timers.monitorHoldUpMs,
    "addon-master-holdup": timers.masterHoldUpMs,
    "hello-interval": timers.helloMs,
    "heartbeat-interval": timers.heartbeatMs,
    "app-compat": compatible(view.appCompatible),
    "build-compat": compatible(view.buildCompatible),
    "av-compat": "Match",
    "threat-compat": "Match",
    "vpnclient-compat": "Match",
    "gpclient-compat": "Match",
  });
}

function peer(view: Shown): Markup {
  const { ha1, ha2 } = view.connections;
  const link = (status: UpDown, description: string): Markup =>
    leaves({ "conn-status": status, "conn-primary": "yes", "conn-desc": description });
  const member = leaves({ ...common(view.peer, view.mode), "ha1-ipaddr": view.peer.ha1Ip, "ha1-macaddr": "" });
  return xml`${member}<conn-status>${ha1}</conn-status><conn-ha1>${link(ha1, "heartbeat status")}</conn-ha1><conn-ha2>${link(ha2, "link status")}<conn-ka-enbled>no</conn-ka-enbled></conn-ha2>`;
}

/** The interfaces that are watched, as the state and a command of their own show them. */
export function renderLinkMonitoring(of: ShownMonitoring): Markup {
  const groups = of.groups.map(({ members, ...group }) => {
    const watched = members.map(
      (member) => xml`<entry>${leaves({ name: member.name, status: member.status })}</entry>`,
    );
    return xml`<entry>${groupHead(group)}<interface>${watched}</interface></entry>`;
  });
  return xml`<link-monitoring>${head(of)}<groups>${groups}</groups></link-monitoring>`;
}

/** The addresses that are watched; groups stand below the virtual router. */
export function renderPathMonitoring(of: ShownMonitoring): Markup {
  const groups = of.groups.map(({ members, ...group }) => {
    const watched = members.map(
      (member) => xml`<entry>${leaves({ addr: member.name, status: member.status })}</entry>`,
    );
    return xml`<entry>${groupHead(group)}<dest-ip>${watched}</dest-ip></entry>`;
  });
  return xml`<path-monitoring>${head(of)}<virtual-wire/><vlan/><virtual-router>${groups}</virtual-router></path-monitoring>`;
}

const head = (of: ShownMonitoring): Markup => leaves({ enabled: yes(of.enabled), "failure-condition": of.condition });
const groupHead = (of: { name: string; enabled: boolean; condition: string }): Markup =>
  leaves({ name: of.name, enabled: yes(of.enabled), "failure-condition": of.condition });

function parseMember(info: XmlElement): HaMember {
  const text = (name: string): string => childText(info, name) ?? "";
  const [reason, errorState, errorReason, deviceId] = [
    text("state-reason"),
    text("last-error-state"),
    text("last-error-reason"),
    text("device-id"),
  ];
  return {
    serial: text("serial-num"),
    state: text("state"),
    stateDuration: (Number(text("state-duration")) * 1000) as Duration, // seconds on the wire
    priority: text("priority"),
    preemptive: text("preemptive") === "yes",
    version: text("build-rel"),
    model: text("platform-model"),
    appVersion: text("app-version"),
    mgmtIp: text("mgmt-ip").replace(/\/\d+$/, ""),
    ha1Ip: text("ha1-ipaddr").replace(/\/\d+$/, ""),
    ...(deviceId === "" ? {} : { deviceId: Number(deviceId) }),
    ...(reason === "" ? {} : { reason }),
    ...(errorState === "" ? {} : { lastError: { state: errorState, reason: errorReason } }),
  };
}

function parseTimers(info: XmlElement): HaTimers {
  const number = (name: string): number => Number(childText(info, name) ?? 0);
  return {
    maxFlaps: number("max-flaps"),
    preemptFlaps: number("preempt-flap-cnt"),
    nonfunctionalFlaps: number("nonfunc-flap-cnt"),
    preemptHoldMinutes: number("preempt-hold"),
    promotionHoldMs: number("promotion-hold"),
    helloMs: number("hello-interval"),
    heartbeatMs: number("heartbeat-interval"),
    monitorHoldUpMs: number("monitor-fail-holdup"),
    masterHoldUpMs: number("addon-master-holdup"),
  };
}

const LINKS = { groups: "groups", members: "interface", name: "name" } as const;
const PATHS = { groups: "virtual-router", members: "dest-ip", name: "addr" } as const;

function parseMonitoring(
  of: XmlElement | undefined,
  names: { readonly groups: string; readonly members: string; readonly name: string },
): ShownMonitoring {
  return {
    enabled: childText(of, "enabled") === "yes",
    condition: childText(of, "failure-condition") ?? "any",
    groups: entriesOf(descend(of, names.groups)).map((group) => ({
      name: childText(group, "name") ?? "",
      enabled: childText(group, "enabled") === "yes",
      condition: childText(group, "failure-condition") ?? "any",
      members: entriesOf(descend(group, names.members)).map((member) => ({
        name: childText(member, names.name) ?? "",
        status: upDown(childText(member, "status")),
      })),
    })),
  };
}

const entriesOf = (of: XmlElement | undefined): readonly XmlElement[] =>
  of === undefined ? [] : childrenNamed(of, "entry");
