/** Where a cloud keeps its provisioning: the canonical paths, or those of older clouds. */
export type ProvisioningPaths = "v2" | "v1";

/** Base of all API paths below an endpoint's own path: `/api` is added unless it is there already. */
export function apiBase(endpointPath: string): string {
  const base = endpointPath.replace(/\/+$/, "");
  return base.endsWith("/api") ? base : `${base}/api`;
}

/** Base of all API paths when the endpoint has no path of its own. */
export const API_BASE = "/api";
/** Version segment unless `API_VERSION` says otherwise. */
export const DEFAULT_API_VERSION = "v1";

export const registerPath = (base: string, paths: ProvisioningPaths): string =>
  paths === "v2" ? `${base}/provisioning/v2/register` : `${base}/v1/device/register`;

export const keyExchangePath = (base: string, paths: ProvisioningPaths, uuid: string): string =>
  paths === "v2" ? `${base}/provisioning/v2/${uuid}/key-exchange` : `${base}/v1/device/${uuid}/key-exchange`;

export const targetPathOf = (versioned: string, uuid: string): string => `${versioned}/device/${uuid}/state`;
export const reportPathOf = (versioned: string): string => `${versioned}/device/state`;

/** Header that carries the device's own key. */
export const DEVICE_KEY_HEADER = "X-Device-API-Key";
