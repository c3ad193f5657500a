import { type Instant, toIso } from "@understudy/kernel";
import type { DeviceRow } from "../tables.ts";

/** A firewall as the management routes list it. */
export interface DeviceRecord {
  readonly serial: string;
  readonly hostname: string;
  readonly model: string;
  readonly current_version: string;
  readonly state: "online" | "downloading" | "installing" | "rebooting" | "offline";
  readonly ha_enabled: boolean;
  /** The current HA state; `standalone` without a pair. */
  readonly ha_role: string;
  readonly connected: boolean;
}

/** A firewall as it is inspected. */
export interface DeviceDetail extends DeviceRecord {
  readonly ip_address: string;
  readonly ha_peer_serial: string | null;
  readonly tcp_sessions: number;
  readonly route_count: number;
  readonly arp_count: number;
  readonly disk_space_gb: number;
  /** ISO time, or null. */
  readonly last_reboot: string | null;
  /** Its own listeners, as `host:port`. */
  readonly listen: Readonly<Record<string, string>>;
}

/** What a phase is called in these routes. */
const STATES: Readonly<Record<string, DeviceRecord["state"]>> = {
  online: "online",
  booting: "online",
  downloading: "downloading",
  installing: "installing",
  rebooting: "rebooting",
};

export function deviceRecord(row: DeviceRow, connected: boolean): DeviceRecord {
  const { facts } = row;
  const phase = STATES[facts?.phase ?? ""] ?? "offline";
  return {
    serial: row.serial,
    hostname: row.hostname,
    model: row.model,
    current_version: facts?.version ?? row.first_version,
    state: connected || phase === "rebooting" ? phase : "offline",
    ha_enabled: facts?.haPeer !== undefined,
    ha_role: facts?.haState ?? (facts?.haPeer === undefined ? "standalone" : "unknown"),
    connected,
  };
}

export function deviceDetail(row: DeviceRow, connected: boolean): DeviceDetail {
  const { facts } = row;
  return {
    ...deviceRecord(row, connected),
    ip_address: row.ip_text,
    ha_peer_serial: facts?.haPeer ?? null,
    tcp_sessions: facts?.sessions ?? 0,
    route_count: facts?.routes ?? 0,
    arp_count: facts?.arpEntries ?? 0,
    disk_space_gb: facts?.diskFreeGb ?? 0,
    last_reboot: facts?.lastReboot === undefined ? null : toIso(facts.lastReboot as Instant), // an instant, as the firewall told it
    listen: { ...facts?.listen },
  };
}
