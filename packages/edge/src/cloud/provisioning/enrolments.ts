import { type DeviceSpec, insert, type JsonObject, replace, type Store, StoreError } from "@understudy/kernel";
import { type CloudParts, uuidFrom } from "../cloud-parts.ts";
import { derive, hashSecret } from "../secrets.ts";
import { provisioningKeys, systemConfig } from "../tables/access-rows.ts";
import { type DeviceRow, devices } from "../tables/device-rows.ts";
import { KEY_LIMITS, keyRow } from "./keys.ts";

/** Devices that share one of the lab's provisioning keys, as a fleet's devices do in the field. */
const DEVICES_PER_KEY = 1_000;
const SECRET_ROW = "understudy.enrolment";

/**
 * Expects devices of the lab. Each is given the uuid under which it is known already, and a provisioning key of its fleet.
 * Both follow from a secret of this cloud, so that enrolling twice gives the same.
 */
export class Enrolments {
  readonly #parts: CloudParts;
  #secret: string | undefined;
  /** The last key that was given: devices come in order, and share the one text. */
  #given: { readonly number: number; readonly key: string } | undefined;

  constructor(parts: CloudParts) {
    this.#parts = parts;
  }

  async enrol(spec: Omit<DeviceSpec, "cloud">): Promise<JsonObject> {
    this.#secret ??= await secretOf(this.#parts);
    const own = spec.options["uuid"];
    const uuid = typeof own === "string" ? own : uuidFrom(Buffer.from(derive(this.#secret, `uuid/${spec.id}`), "hex"));
    const provisioningApiKey = await this.#keyFor(this.#secret, Math.floor(spec.index / DEVICES_PER_KEY));
    await expectDevice(this.#parts, spec, uuid);
    return { uuid, provisioningApiKey };
  }

  async #keyFor(secret: string, number: number): Promise<string> {
    if (this.#given?.number === number) return this.#given.key;
    const key = derive(secret, `key/${number}`);
    await expectKey(this.#parts, key);
    this.#given = { number, key };
    return key;
  }
}

async function secretOf(parts: CloudParts): Promise<string> {
  const { store, chance, world } = parts;
  const kept = await store.get(systemConfig, SECRET_ROW);
  if (kept !== undefined) return String(kept.value);
  const value = Buffer.from(chance.bytes(32)).toString("hex");
  const isOurs = await isFirst(store, insert(systemConfig, { key: SECRET_ROW, value, updated_at: world.clock.now() }));
  return isOurs ? value : await secretOf(parts);
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
  await isFirst(store, write);
}

/** A device that came by itself before becomes the lab's. */
async function expectDevice(parts: CloudParts, spec: Omit<DeviceSpec, "cloud">, uuid: string): Promise<void> {
  const { store, fleet } = parts;
  const expected = await store.change<DeviceRow>(async () => {
    const before = await store.get(devices, uuid);
    if (before?.lab_id === spec.id) return { writes: [], result: before };
    const row = before === undefined ? pendingDevice(parts, spec, uuid) : { ...before, lab_id: spec.id };
    return { writes: [before === undefined ? insert(devices, row) : replace(devices, before, row)], result: row };
  });
  fleet.note(expected);
}

function pendingDevice(
  { world, settings }: CloudParts,
  { id, options }: Omit<DeviceSpec, "cloud">,
  uuid: string,
): DeviceRow {
  const now = world.clock.now();
  const name = options["deviceName"];
  return {
    id: 0,
    uuid,
    device_name: typeof name === "string" ? name : id,
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
    lab_id: id,
  };
}

/** Two servers on one database may want the same row: false for the one that came second. */
async function isFirst(store: Store, write: ReturnType<typeof insert>): Promise<boolean> {
  try {
    await store.commit([write]);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "exists") return false;
    throw error;
  }
}
