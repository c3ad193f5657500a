import type { Duration } from "@understudy/kernel";
import { childText, descend, type XmlElement } from "../xml/tree.ts";
import { leaves, type Markup, xml } from "../xml/write.ts";
import { message } from "./message.ts";

/** One member of a pair as `show high-availability state` tells of it. */
export interface HaMember {
  readonly serial: string;
  /** `initial`, `active`, `passive`, `suspended`, `non-functional`, `unknown`; on Panorama with `primary-` or `secondary-` before it. */
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
  /** Why it left the active role. */
  readonly reason?: string;
}

export type RunningSync = "synchronized" | "not synchronized" | "synchronization in progress";

/** What a node tells of its pair. */
export type HaView =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      readonly local: HaMember;
      readonly peer: HaMember;
      readonly connection: "up" | "down";
      readonly buildCompatible: boolean;
      readonly runningSync: RunningSync;
    };

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
      local: parseMember(local),
      peer: parseMember(peer),
      connection: childText(peer, "conn-status") === "up" ? "up" : "down",
      buildCompatible: childText(local, "build-compat") === "Match",
      runningSync: sync === "synchronized" || sync === "synchronization in progress" ? sync : "not synchronized",
    };
  },
  render(view) {
    if (!view.enabled) return xml`<enabled>no</enabled>`;
    return xml`<enabled>yes</enabled><group><mode>Active-Passive</mode><local-info>${member(view.local, view.buildCompatible)}</local-info><peer-info>${member(view.peer, view.buildCompatible)}${connections(view.connection)}</peer-info>${MONITORING}<running-sync>${view.runningSync}</running-sync><running-sync-enabled>yes</running-sync-enabled></group>`;
  },
  describe: (view) =>
    view.enabled
      ? `${view.local.serial} is ${view.local.state}, ${view.peer.serial} is ${view.peer.state}, ${view.runningSync}`
      : "no high availability",
});

const MONITORING: Markup = xml`<link-monitoring><enabled>yes</enabled><failure-condition>any</failure-condition><groups/></link-monitoring><path-monitoring><enabled>yes</enabled><failure-condition>any</failure-condition><virtual-wire/><vlan/><virtual-router/></path-monitoring>`;

const yes = (flag: boolean): string => (flag ? "yes" : "no");

function member(of: HaMember, buildCompatible: boolean): Markup {
  return leaves({
    version: "1",
    "url-compat": "Match",
    "app-version": of.appVersion,
    "av-version": "0",
    "build-rel": of.version,
    "platform-model": of.model,
    state: of.state,
    "state-duration": Math.floor(of.stateDuration / 1000),
    "state-sync": of.state === "active" || of.state === "passive" ? "Complete" : "Incomplete",
    "state-sync-type": "ethernet",
    priority: of.priority,
    preemptive: yes(of.preemptive),
    mode: "Active-Passive",
    "mgmt-ip": `${of.mgmtIp}/24`,
    "mgmt-ipv6": "",
    "mgmt-macaddr": "",
    "ha1-ipaddr": `${of.ha1Ip}/30`,
    "ha1-macaddr": "",
    "ha1-port": "ha1-a",
    "ha2-ipaddr": "",
    "ha2-port": "hsci",
    "max-flaps": "3",
    "preempt-hold": "1",
    "monitor-fail-holdup": "0",
    "addon-master-holdup": "500",
    "hello-interval": "8000",
    "heartbeat-interval": "1000",
    "serial-num": of.serial,
    "app-compat": "Match",
    "build-compat": buildCompatible ? "Match" : "Mismatch",
    "av-compat": "Match",
    "threat-compat": "Match",
    "vpnclient-compat": "Match",
    "gpclient-compat": "Match",
    "last-error-state": "",
    "last-error-reason": of.reason ?? "",
  });
}

function connections(status: "up" | "down"): Markup {
  const link = (description: string): Markup =>
    leaves({ "conn-status": status, "conn-primary": "yes", "conn-desc": description });
  return xml`<conn-status>${status}</conn-status><conn-ha1>${link("heartbeat status")}</conn-ha1><conn-ha2>${link("link status")}<conn-ka-enbled>no</conn-ka-enbled></conn-ha2>`;
}

function parseMember(info: XmlElement): HaMember {
  const text = (name: string): string => childText(info, name) ?? "";
  const reason = text("last-error-reason");
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
    ...(reason === "" ? {} : { reason }),
  };
}
