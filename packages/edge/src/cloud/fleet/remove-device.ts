import { type HttpReply, jsonReply, replace, type Write } from "@understudy/kernel";
import { mqttUserOf } from "../../wire/cloud/device-topics.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { refusal } from "../http/replies.ts";
import { mqttUsers } from "../tables/access-rows.ts";
import { type DeviceRow, devices } from "../tables/device-rows.ts";

/**
 * Takes a device out of the fleet. Its row and target stay; its MQTT user is switched off, and cut off; the same device may
 * register again.
 */
export async function removeDevice({ store, world, fleet, broker }: CloudParts, uuid: string): Promise<HttpReply> {
  const removed = await store.change<DeviceRow | undefined>(async () => {
    const device = await store.get(devices, uuid);
    if (device === undefined || device.provisioning_state !== "registered") return { writes: [], result: undefined };
    const next: DeviceRow = {
      ...device,
      provisioning_state: "deprovisioned",
      provisioned_at: null,
      is_online: false,
      modified_at: world.clock.now(),
    };
    const user = await store.get(mqttUsers, mqttUserOf(uuid));
    const writes: Write[] = [replace(devices, device, next)];
    if (user !== undefined) writes.push(replace(mqttUsers, user, { ...user, is_active: false }));
    return { writes, result: next };
  });
  if (removed === undefined) return refusal(404, `There is no device ${uuid}.`);
  await broker.evict(mqttUserOf(uuid));
  fleet.note(removed);
  return jsonReply({ status: "ok", message: `Device ${uuid} was deprovisioned` });
}
