import type { TableView } from "@understudy/kernel";

/** A moment in milliseconds as ISO time; null stays null. */
const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', (${column}) / 1000.0, 'unixepoch')`;
const fact = (name: string): string => `json_extract(facts, '$.${name}')`;
const list = (columns: Readonly<Record<string, string>>): string =>
  Object.entries(columns)
    .map(([name, expression]) => `${expression} as ${name}`)
    .join(", ");

/**
 * Firewalls as the Python mock kept them, for tools that read its database. What a firewall has begun since Panorama last heard of it is
 * not seen. Routes and ARP entries are computed when somebody asks, and stored nowhere: null.
 */
export const DEVICES_VIEW: TableView = {
  name: "devices",
  columns: list({
    serial: "serial",
    hostname: "hostname",
    model: "model",
    current_version: `coalesce(${fact("version")}, first_version)`,
    ip_address: "ip_text",
    ha_enabled: `${fact("haPeer")} is not null`,
    ha_role: `coalesce(${fact("haState")}, 'standalone')`,
    ha_peer_serial: fact("haPeer"),
    state: `case when ${fact("phase")} in ('online', 'downloading', 'installing', 'rebooting') then ${fact("phase")} when ${fact("phase")} = 'booting' then 'online' else 'offline' end`,
    last_reboot: iso(fact("lastReboot")),
    tcp_sessions: fact("sessions"),
    route_count: fact("routes"),
    routes: "null",
    arp_count: fact("arpEntries"),
    arp_entries: "null",
    disk_space_gb: fact("diskFreeGb"),
    available_versions: "available_versions",
    created_at: iso("created_at"),
    updated_at: iso("coalesce(connected_at, created_at)"),
  }),
};

/** Operations as the Python mock kept them. Progress follows the wall clock. */
export const OPERATIONS_VIEW: TableView = {
  name: "operations",
  columns: list({
    operation_id: "operation_id",
    device_serial: "device_serial",
    operation_type: "operation_type",
    target_version: "target_version",
    status:
      "case when completed_at is null then 'in_progress' when error_message is null then 'complete' else 'failed' end",
    progress:
      "case when completed_at is not null then 100 else max(0, min(99, coalesce(cast(((julianday('now') - 2440587.5) * 86400000 - started_at) * 100 / nullif(length_ms, 0) as integer), 0))) end",
    error_message: "error_message",
    started_at: iso("started_at"),
    completed_at: iso("completed_at"),
    duration_seconds: "(completed_at - started_at) / 1000.0",
    created_at: iso("started_at"),
    updated_at: iso("coalesce(completed_at, started_at)"),
  }),
};

/** Calls as the Python mock meant to keep them. */
export const CALLS_VIEW: TableView = {
  name: "api_calls",
  columns: list({
    id: "id",
    timestamp: iso("timestamp"),
    device_serial: "device_serial",
    command: "command",
    response_status: "response_status",
    duration_ms: "duration_ms",
  }),
};
