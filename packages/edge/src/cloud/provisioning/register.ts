import { type HttpReply, insert, type JsonObject, jsonReply, replace, toIso, type Write } from "@understudy/kernel";
import { brokerUrl } from "../../wire/cloud/broker-config.ts";
import { deviceTopics, mqttUserOf } from "../../wire/cloud/device-topics.ts";
import type { RegisterRequest } from "../../wire/cloud/registration.ts";
import { ACCESS } from "../../wire/mqtt/access.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { refusal, unauthorized } from "../http/replies.ts";
import { hashSecret, isSecret } from "../secrets.ts";
import { mqttAcls, mqttUsers, type ProvisioningKeyRow, provisioningKeys } from "../tables/access-rows.ts";
import { type DeviceRow, devices, targets } from "../tables/device-rows.ts";
import { newTarget } from "../targets/new-target.ts";

/**
 * Phase 1: takes a device in. The same device with the same key of its own may come again: it gets a new MQTT password and is
 * not counted twice. The reply is given when everything is stored.
 */
export function register(
  parts: CloudParts,
  provisioningKey: string | undefined,
  request: RegisterRequest,
): Promise<HttpReply> {
  return parts.registrations.run(() => registerNow(parts, provisioningKey, request));
}

/** What a device logs in to the broker with. The name is one text, shared by all that keep it. */
interface Login {
  readonly username: string;
  readonly password: string;
}

async function registerNow(parts: CloudParts, given: string | undefined, request: RegisterRequest): Promise<HttpReply> {
  const { store, chance } = parts;
  const login: Login = {
    username: mqttUserOf(request.uuid),
    password: Buffer.from(chance.bytes(16)).toString("base64"),
  };
  const no = await store.change<HttpReply | undefined>(async () => {
    const key = given === undefined ? undefined : await usableKey(parts, given);
    if (key === undefined) return { writes: [], result: unauthorized() };
    const before = await store.get(devices, request.uuid);
    if (
      before !== undefined &&
      before.device_api_key_hash !== "" &&
      !isSecret(request.deviceApiKey, before.device_api_key_hash)
    ) {
      return { writes: [], result: refusal(409, `Device ${request.uuid} is registered already.`) };
    }
    const counts = before?.provisioned_by_key_id !== key.id;
    if (counts && key.devices_provisioned >= key.max_devices) {
      return { writes: [], result: refusal(401, "The provisioning key has reached its number of devices.") };
    }
    const writes = [
      countOn(parts, key, counts ? 1 : 0),
      takeIn(parts, before, request, key),
      ...(await grantMqtt(parts, request.uuid, login)),
      ...(await firstTarget(parts, request.uuid)),
    ];
    return { writes, result: undefined };
  });
  if (no !== undefined) return no;
  const device = await store.get(devices, request.uuid);
  if (device === undefined) return refusal(500, "The device was removed meanwhile.");
  parts.fleet.note(device);
  return jsonReply(registerReplyOf(parts, device, request, login));
}

async function usableKey({ store, world }: CloudParts, given: string): Promise<ProvisioningKeyRow | undefined> {
  const key = await store.find(provisioningKeys, { where: [["key_hash", "="]] }).first([hashSecret(given)]);
  return key?.is_active === true && key.expires_at > world.clock.now() ? key : undefined;
}

const countOn = ({ world }: CloudParts, key: ProvisioningKeyRow, more: number): Write =>
  replace(provisioningKeys, key, {
    ...key,
    devices_provisioned: key.devices_provisioned + more,
    last_used_at: world.clock.now(),
  });

function takeIn(
  { world }: CloudParts,
  before: DeviceRow | undefined,
  request: RegisterRequest,
  key: ProvisioningKeyRow,
): Write {
  const now = world.clock.now();
  const row: DeviceRow = {
    id: before?.id ?? 0,
    uuid: request.uuid,
    device_name: request.deviceName,
    device_type: request.deviceType,
    fleet_id: key.fleet_id,
    device_api_key_hash: hashSecret(request.deviceApiKey),
    provisioned_by_key_id: key.id,
    provisioning_state: "registered",
    provisioned_at: before?.provisioning_state === "registered" ? before.provisioned_at : null,
    is_online: before?.is_online ?? false,
    is_active: before?.is_active ?? true,
    os_version: request.osVersion ?? null,
    agent_version: request.agentVersion ?? null,
    mac_address: request.macAddress ?? null,
    created_at: before?.created_at ?? now,
    modified_at: now,
    lab_id: before?.lab_id ?? null,
  };
  return before === undefined ? insert(devices, row) : replace(devices, before, row);
}

async function grantMqtt(
  { store }: CloudParts,
  uuid: string,
  { username, password }: Login,
): Promise<readonly Write[]> {
  const topic = deviceTopics(uuid);
  const user = await store.get(mqttUsers, username);
  const acl = await store.find(mqttAcls, { where: [["username", "="]] }).first([username]);
  const row = { username, password_hash: hashSecret(password), is_superuser: false, is_active: true };
  return [
    user === undefined ? insert(mqttUsers, row) : replace(mqttUsers, user, row),
    ...(acl === undefined
      ? [insert(mqttAcls, { id: 0, username, topic, clientid: username, access: ACCESS.all })]
      : []),
  ];
}

async function firstTarget({ store, settings, world }: CloudParts, uuid: string): Promise<readonly Write[]> {
  if ((await store.get(targets, uuid)) !== undefined) return [];
  return [insert(targets, newTarget(uuid, settings.firstTarget, world.clock.now()))];
}

function registerReplyOf(parts: CloudParts, device: DeviceRow, request: RegisterRequest, login: Login): JsonObject {
  const { id, uuid, device_name: deviceName, device_type: deviceType, fleet_id: fleetId, created_at } = device;
  const brokerConfig = parts.brokerConfig();
  const filter = deviceTopics(uuid);
  return {
    id,
    uuid,
    deviceName,
    deviceType,
    ...(request.applicationId === undefined ? {} : { applicationId: request.applicationId }),
    fleetId,
    createdAt: toIso(created_at as Parameters<typeof toIso>[0]), // Rows hold milliseconds.
    mqtt: {
      ...login,
      ...(brokerConfig === undefined ? {} : { broker: brokerUrl(brokerConfig), brokerConfig }),
      topics: { publish: [filter], subscribe: [filter] },
    },
  };
}
