import { type HttpReply, jsonReply, replace } from "@understudy/kernel";
import type { KeyExchangeRequest } from "../../wire/cloud/registration.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { refusal, unauthorized } from "../http/replies.ts";
import { isSecret } from "../secrets.ts";
import { devices } from "../tables/device-rows.ts";

/** Phase 2: the device proves the key it was registered with. May be repeated. */
export async function exchangeKeys(
  parts: CloudParts,
  uuid: string,
  given: string | undefined,
  request: KeyExchangeRequest,
): Promise<HttpReply> {
  const { store, world, fleet } = parts;
  if (given === undefined || given !== request.deviceApiKey || uuid !== request.uuid) return unauthorized();
  const result = await store.change<HttpReply | undefined>(async () => {
    const device = await store.get(devices, uuid);
    if (device === undefined || device.provisioning_state !== "registered") {
      return { writes: [], result: refusal(404, `There is no device ${uuid}.`) };
    }
    if (!isSecret(given, device.device_api_key_hash)) return { writes: [], result: unauthorized() };
    if (device.provisioned_at !== null) return { writes: [], result: undefined };
    return { writes: [replace(devices, device, { ...device, provisioned_at: world.clock.now() })], result: undefined };
  });
  if (result !== undefined) return result;
  const device = await store.get(devices, uuid);
  if (device === undefined) return refusal(404, `There is no device ${uuid}.`);
  fleet.note(device);
  const { id, device_name: deviceName } = device;
  return jsonReply({ status: "ok", message: "Key exchange successful", device: { id, uuid, deviceName } });
}
