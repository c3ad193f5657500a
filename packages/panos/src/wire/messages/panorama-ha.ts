import type { Duration } from "@understudy/kernel";
import { childText, descend, type XmlElement } from "../xml/tree.ts";
import { leaves, type Markup, xml } from "../xml/write.ts";
import type { RunningSync, UpDown } from "./high-availability.ts";
import { message } from "./message.ts";

/** A Panorama of a pair as `show high-availability state` tells of it. */
export interface PanoramaMember {
  readonly serial: string;
  /** Such as `primary-active`; `unknown` when it is not heard of. */
  readonly state: string;
  readonly stateDuration: Duration;
  readonly priority: "primary" | "secondary";
  readonly version: string;
  readonly appVersion: string;
  readonly model: string;
  /** Without mask. */
  readonly mgmtIp: string;
  readonly lastError?: { readonly state: string; readonly reason: string };
}

/** What a Panorama tells of its pair. */
export type PanoramaHaView =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      readonly local: PanoramaMember;
      readonly peer: PanoramaMember;
      readonly connection: UpDown;
      readonly runningSync: RunningSync;
    };

/** Without the level `group` that firewalls have. */
export const panoramaHaMessage = message<PanoramaHaView>({
  parse(result) {
    const enabled = childText(result, "enabled");
    if (enabled !== "yes") return enabled === "no" ? { enabled: false } : undefined;
    const [local, peer] = [descend(result, "local-info"), descend(result, "peer-info")];
    if (local === undefined || peer === undefined) return undefined;
    const sync = childText(result, "running-sync");
    return {
      enabled: true,
      local: parseMember(local),
      peer: parseMember(peer),
      connection: childText(peer, "conn-status") === "up" ? "up" : "down",
      runningSync: sync === "synchronized" || sync === "synchronization in progress" ? sync : "not synchronized",
    };
  },
  render(view) {
    if (!view.enabled) return xml`<enabled>no</enabled>`;
    const { local, peer, connection } = view;
    const build = local.version === peer.version || connection === "down" ? "Match" : "Mismatch";
    const timers = leaves({
      "promotion-hold": 2000,
      "hello-interval": 8000,
      "heartbeat-interval": 2000,
      "preempt-hold": 1,
      "monitor-fail-holdup": 0,
      "addon-master-holdup": 7000,
      "link-mon-intv": 3000,
      "encrypt-enable": "no",
      "encrypt-imported": "no",
      "build-compat": build,
      "url-compat": "Match",
      "app-compat": "Match",
      "av-compat": "Match",
    });
    const link = leaves({ "conn-status": connection, "conn-primary": "yes", "conn-desc": "heartbeat status" });
    return xml`<enabled>yes</enabled><local-info>${member(local, "/24")}${timers}</local-info><peer-info><conn-ha1>${link}</conn-ha1><conn-status>${connection}</conn-status>${member(peer, "")}</peer-info><running-sync>${view.runningSync}</running-sync><running-sync-enabled>yes</running-sync-enabled>`;
  },
  describe: (view) =>
    view.enabled
      ? `${view.local.serial} is ${view.local.state}, ${view.peer.serial} is ${view.peer.state}, ${view.runningSync}`
      : "no high availability",
});

const member = (of: PanoramaMember, mask: string): Markup =>
  leaves({
    version: "1",
    state: of.state,
    "state-duration": Math.floor(of.stateDuration / 1000),
    "mgmt-ip": `${of.mgmtIp}${mask}`,
    "mgmt-ipv6": "",
    preemptive: "no",
    mode: "Active-Passive",
    priority: of.priority,
    "serial-num": of.serial,
    model: of.model,
    "build-rel": of.version,
    "url-version": "Not Installed",
    "app-version": of.appVersion,
    "av-version": "0",
    "last-error-state": of.lastError?.state,
    "last-error-reason": of.lastError?.reason,
  });

function parseMember(info: XmlElement): PanoramaMember {
  const text = (name: string): string => childText(info, name) ?? "";
  const error = text("last-error-state");
  return {
    serial: text("serial-num"),
    state: text("state"),
    stateDuration: (Number(text("state-duration")) * 1000) as Duration, // seconds on the wire
    priority: text("priority") === "secondary" ? "secondary" : "primary",
    version: text("build-rel"),
    appVersion: text("app-version"),
    model: text("model"),
    mgmtIp: text("mgmt-ip").replace(/\/\d+$/, ""),
    ...(error === "" ? {} : { lastError: { state: error, reason: text("last-error-reason") } }),
  };
}
