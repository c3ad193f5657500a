import { days, insert, later, type Write } from "@understudy/kernel";
import { type CloudParts, newUuid } from "../cloud-parts.ts";
import { hashSecret } from "../secrets.ts";
import { type ProvisioningKeyRow, provisioningKeys } from "../tables/access-rows.ts";

export interface NewKey {
  readonly fleetId: string;
  readonly maxDevices: number;
  readonly expiresInDays: number;
  readonly description?: string;
  readonly createdBy: string;
}

/** Bounds and defaults of provisioning keys. */
export const KEY_LIMITS = { maxDevices: 10_000, defaultMaxDevices: 100, maxDays: 3_650, defaultDays: 365 } as const;

/** A provisioning key in 64 hex digits: shown once, kept as its hash. */
export const drawKey = ({ chance }: CloudParts): string => Buffer.from(chance.bytes(32)).toString("hex");

/** The row for a key. */
export function keyRow(
  parts: CloudParts,
  key: string,
  { fleetId, maxDevices, expiresInDays, description, createdBy }: NewKey,
): {
  readonly row: ProvisioningKeyRow;
  readonly write: Write;
} {
  const now = parts.world.clock.now();
  const row: ProvisioningKeyRow = {
    id: newUuid(parts.chance),
    key_hash: hashSecret(key),
    fleet_id: fleetId,
    description: description ?? null,
    max_devices: maxDevices,
    devices_provisioned: 0,
    expires_at: later(now, days(expiresInDays)),
    is_active: true,
    created_at: now,
    created_by: createdBy,
    last_used_at: null,
  };
  return { row, write: insert(provisioningKeys, row) };
}
