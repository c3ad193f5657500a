import { bad, good, type Read } from "./fields.ts";

/** Where a hub is, as a device's configuration says it. */
export interface HubAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export const DEFAULT_HUB: HubAddress = { host: "api.pantahub.com", port: 443, tls: true };

/**
 * Reads `PH_CREDS_HOST` and `PH_CREDS_PORT`; absent ones take the defaults. `http://` before the host means plain HTTP, `https://` or nothing TLS.
 */
export function readHubAddress(host: string | undefined, port: string | undefined): Read<HubAddress> {
  const given = host ?? DEFAULT_HUB.host;
  const plain = given.startsWith("http://");
  const name = given.replace(/^https?:\/\//, "").replace(/\/$/, "");
  if (name.length > 253 || !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name)) {
    return bad(`PH_CREDS_HOST is "${given}"; a host name of letters, digits, dots and dashes is needed`);
  }
  const digits = port ?? String(DEFAULT_HUB.port);
  const number = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (number < 1 || number > 65_535) return bad(`PH_CREDS_PORT is "${digits}"; a number from 1 to 65535 is needed`);
  return good({ host: name, port: number, tls: !plain });
}
