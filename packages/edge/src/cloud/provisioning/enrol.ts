import { type DeviceSpec, insert, type JsonObject, StoreError } from "@understudy/kernel";
import { type CloudParts, uuidFrom } from "../cloud-parts.ts";
import { derive, hashSecret } from "../secrets.ts";
import { provisioningKeys, systemConfig } from "../tables/access-rows.ts";
import { type DeviceRow, devices } from "../tables/device-rows.ts";
import { KEY_LIMITS, keyRow } from "./keys.ts";

/** Devices that share one of the lab's provisioning keys, as a fleet's devices do in the field. */
const DEVICES_PER_KEY = 1_000;

/**
 * Expects a device of the lab: gives it the uuid under which it is known already, and a provisioning key of its fleet. Both
 * follow from a secret of this cloud, so that enrolling twice gives the same.
 */
export async function enrol(parts: CloudParts, spec: Omit<DeviceSpec, "cloud">): Promise<JsonObject> {
  const secret = await enrolmentSecret(parts);
  const given = spec.options["uuid"];
  const uuid = typeof given === "string" ? given : uuidFrom(Buffer.from(derive(secret, `uuid/${spec.id}`), "hex"));
  const provisioningApiKey = derive(secret, `key/${Math.floor(spec.index / DEVICES_PER_KEY)}`);
  await expectKey(parts, provisioningApiKey);
  await expectDevice(parts, spec, uuid);
  return { uuid, provisioningApiKey };
}

async function enrolmentSecret({ store, chance, world }: CloudParts): Promise<string> {
  const kept = await store.get(systemConfig, "understudy.enrolment");
  if (kept !== undefined) return String(kept.value);
  const value = Buffer.from(chance.bytes(32)).toString("hex");
  await store.commit([insert(systemConfig, { key: "understudy.enrolment", value, updated_at: world.clock.now() })]);
  return value;
}

async function expectKey(parts: CloudParts, key: string): Promise<void> {
  const { store, settings } = parts;
  const known = await store.find(provisioningKeys, { where: [["key_hash", "="]] }).first([hashSecret(key)]);
  if (known !== undefined) return;
  const { write } = keyRow(parts, key, {
    fleetId: settings.fleetId,
    maxDevices: KEY_LIMITS.maxDevices,
    expiresInDays: KEY_LIMITS.maxDays,
    description: "devices of the lab",
    createdBy: "lab",
  });
  await unlessThere(() => store.commit([write]));
}

async function expectDevice(
  { store, fleet, world, settings }: CloudParts,
  spec: Omit<DeviceSpec, "cloud">,
  uuid: string,
): Promise<void> {
  if ((await store.get(devices, uuid)) !== undefined) return;
  const now = world.clock.now();
  const name = spec.options["deviceName"];
  const row: DeviceRow = {
    id: 0,
    uuid,
    device_name: typeof name === "string" ? name : spec.id,
    device_type: "standalone",
    fleet_id: settings.fleetId,
    device_api_key_hash: "",
    provisioned_by_key_id: null,
    provisioning_state: "pending",
    provisioned_at: null,
    is_online: false,
    is_active: true,
    os_version: null,
    agent_version: null,
    mac_address: null,
    created_at: now,
    modified_at: now,
    lab_id: spec.id,
  };
  await unlessThere(() => store.commit([insert(devices, row)]));
  fleet.note(row);
}

/** Two enrolments at once may want the same row: one of them is enough. */
async function unlessThere(commit: () => Promise<void>): Promise<void> {
  try {
    await commit();
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "exists")) throw error;
  }
}
