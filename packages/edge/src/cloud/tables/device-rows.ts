import { type JsonObject, type Table, table } from "@understudy/kernel";

/** A device that was registered, or that is expected. */
export interface DeviceRow {
  readonly id: number;
  readonly uuid: string;
  readonly device_name: string;
  readonly device_type: string;
  readonly fleet_id: string;
  /** SHA-256 of the device's own key; empty until it registers. */
  readonly device_api_key_hash: string;
  readonly provisioned_by_key_id: string | null;
  readonly provisioning_state: "pending" | "registered" | "deprovisioned";
  /** When the device proved its key; null until then. */
  readonly provisioned_at: number | null;
  readonly is_online: boolean;
  readonly is_active: boolean;
  readonly os_version: string | null;
  readonly agent_version: string | null;
  readonly mac_address: string | null;
  readonly created_at: number;
  readonly modified_at: number;
  /** The lab's id for the device; null for one that came by itself. */
  readonly lab_id: string | null;
}

export const devices: Table<DeviceRow> = table<DeviceRow>(
  "devices",
  {
    id: "serial",
    uuid: "text",
    device_name: "text",
    device_type: "text",
    fleet_id: "text",
    device_api_key_hash: "text",
    provisioned_by_key_id: "text?",
    provisioning_state: "text",
    provisioned_at: "integer?",
    is_online: "boolean",
    is_active: "boolean",
    os_version: "text?",
    agent_version: "text?",
    mac_address: "text?",
    created_at: "integer",
    modified_at: "integer",
    lab_id: "text?",
  },
  { key: ["uuid"] },
);

/** What a device is to become. `apps` and `config` may be edited before they are deployed; devices see what is deployed. */
export interface TargetRow {
  readonly device_uuid: string;
  readonly apps: JsonObject;
  readonly config: JsonObject;
  readonly version: number;
  readonly needs_deployment: boolean;
  readonly last_deployed_at: number | null;
  readonly deployed_by: string | null;
  readonly updated_at: number;
  readonly deployed_apps: JsonObject;
  readonly deployed_config: JsonObject;
  /** Tag of what is deployed. */
  readonly etag: string;
}

export const targets: Table<TargetRow> = table<TargetRow>(
  "device_target_state",
  {
    device_uuid: "text",
    apps: "json",
    config: "json",
    version: "integer",
    needs_deployment: "boolean",
    last_deployed_at: "integer?",
    deployed_by: "text?",
    updated_at: "integer",
    deployed_apps: "json",
    deployed_config: "json",
    etag: "text",
  },
  { key: ["device_uuid"] },
);

/** What a device last said of itself. */
export interface CurrentRow {
  readonly device_uuid: string;
  readonly apps: JsonObject;
  readonly config: JsonObject;
  /** Everything else it reported: metrics, versions, addresses. */
  readonly system_info: JsonObject;
  readonly version: number;
  readonly reported_at: number;
}

export const currents: Table<CurrentRow> = table<CurrentRow>(
  "device_current_state",
  {
    device_uuid: "text",
    apps: "json",
    config: "json",
    system_info: "json",
    version: "integer",
    reported_at: "integer",
  },
  { key: ["device_uuid"] },
);
