import { type Headers, type HttpReply, header } from "@understudy/kernel";
import { DEVICE_KEY_HEADER } from "../../wire/cloud/paths.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { hashSecret, isSecret } from "../secrets.ts";
import { type DeviceRow, devices } from "../tables/device-rows.ts";
import { refusal, unauthorized } from "./replies.ts";

/** Whether the operator is asking. */
export function isOperator({ settings }: CloudParts, headers: Headers): boolean {
  const token = bearer(headers);
  return token !== undefined && isSecret(token, hashSecret(settings.adminToken));
}

/** The device that is asking, proven by its key; else the reply that says no. */
export async function deviceFor(
  { store }: CloudParts,
  headers: Headers,
  uuid: string,
): Promise<{ readonly device: DeviceRow } | { readonly no: HttpReply }> {
  const key = header(headers, DEVICE_KEY_HEADER) ?? bearer(headers);
  if (key === undefined) return { no: unauthorized() };
  const device = await store.get(devices, uuid);
  if (device === undefined || device.provisioning_state !== "registered") return { no: unauthorized() };
  if (!isSecret(key, device.device_api_key_hash)) return { no: unauthorized() };
  if (!device.is_active) return { no: refusal(403, "This device is switched off by its operator.") };
  return { device };
}

/** The token of `Authorization: Bearer …`; `undefined` without one. */
export function bearer(headers: Headers): string | undefined {
  const value = header(headers, "Authorization");
  if (value === undefined || !/^bearer /i.test(value.slice(0, 7))) return undefined;
  const token = value.slice(7).trim();
  return token === "" ? undefined : token;
}
