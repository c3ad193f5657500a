import { type JsonValue, type Table, table } from "@understudy/kernel";

/** A key with which devices of a fleet may register. The key itself is shown once and not kept. */
export interface ProvisioningKeyRow {
  readonly id: string;
  /** SHA-256 of the key. Keys are 256 random bits: a slow hash would add nothing. */
  readonly key_hash: string;
  readonly fleet_id: string;
  readonly description: string | null;
  readonly max_devices: number;
  readonly devices_provisioned: number;
  readonly expires_at: number;
  readonly is_active: boolean;
  readonly created_at: number;
  readonly created_by: string;
  readonly last_used_at: number | null;
}

export const provisioningKeys: Table<ProvisioningKeyRow> = table<ProvisioningKeyRow>(
  "provisioning_keys",
  {
    id: "text",
    key_hash: "text",
    fleet_id: "text",
    description: "text?",
    max_devices: "integer",
    devices_provisioned: "integer",
    expires_at: "integer",
    is_active: "boolean",
    created_at: "integer",
    created_by: "text",
    last_used_at: "integer?",
  },
  { key: ["id"], unique: [["key_hash"]], indexes: [["fleet_id"]] },
);

export interface MqttUserRow {
  readonly username: string;
  /** SHA-256 of the password, which the cloud made of 128 random bits. */
  readonly password_hash: string;
  readonly is_superuser: boolean;
  readonly is_active: boolean;
}

export const mqttUsers: Table<MqttUserRow> = table<MqttUserRow>(
  "mqtt_users",
  { username: "text", password_hash: "text", is_superuser: "boolean", is_active: "boolean" },
  { key: ["username"] },
);

/** What a user may do with a filter's topics. */
export interface MqttAclRow {
  readonly id: number;
  readonly username: string;
  readonly topic: string;
  /** Only this client may; null: any client of the user. */
  readonly clientid: string | null;
  /** 1 read, 2 write, 4 subscribe, added up. */
  readonly access: number;
}

export const mqttAcls: Table<MqttAclRow> = table<MqttAclRow>(
  "mqtt_acls",
  { id: "serial", username: "text", topic: "text", clientid: "text?", access: "integer" },
  { key: ["id"], indexes: [["username"]] },
);

/** A retained message. Its payload is JSON as it is, or bytes in Base64. */
export interface RetainedRow {
  readonly topic: string;
  readonly qos: number;
  readonly payload: { readonly json: JsonValue } | { readonly base64: string };
}

export const retainedMessages: Table<RetainedRow> = table<RetainedRow>(
  "mqtt_retained",
  { topic: "text", qos: "integer", payload: "json" },
  { key: ["topic"] },
);

export interface SystemConfigRow {
  readonly key: string;
  readonly value: JsonValue;
  readonly updated_at: number;
}

export const systemConfig: Table<SystemConfigRow> = table<SystemConfigRow>(
  "system_config",
  { key: "text", value: "json", updated_at: "integer" },
  { key: ["key"] },
);
