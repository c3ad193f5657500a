import {
  type Address,
  type ClientTls,
  type DeviceSpec,
  EMPTY_BODY,
  type Headers,
  type HttpReply,
  json,
  noHeaders,
  seconds,
  tcp,
  UsageError,
  type World,
} from "@understudy/kernel";
import { API_BASE, apiBase } from "../../wire/cloud/paths.ts";
import type { Identity } from "../identity.ts";
import { DEVICE_DEFAULTS, optionsOf } from "../options.ts";

/** Where a device's cloud is. */
export interface CloudAccess {
  readonly address: Address;
  readonly tls?: ClientTls;
  /** Such as `/api`. */
  readonly base: string;
  /** Such as `/api/v1`. */
  readonly versioned: string;
}

/** Longest time for an exchange with the cloud. */
const EXCHANGE_TIMEOUT = seconds(30);

/** The cloud of a device: the lab's, else the one that its own options name; `undefined` for a device by itself. */
export function cloudOf(spec: DeviceSpec): CloudAccess | undefined {
  const { cloudApiEndpoint, apiVersion = DEVICE_DEFAULTS.apiVersion } = optionsOf(spec);
  if (cloudApiEndpoint !== undefined) return accessOf(cloudApiEndpoint, apiVersion);
  const endpoint = spec.cloud?.endpoints["http"] ?? spec.cloud?.endpoints["https"];
  if (endpoint === undefined) return undefined;
  return { ...endpoint, base: API_BASE, versioned: `${API_BASE}/${apiVersion}` };
}

function accessOf(endpoint: string, apiVersion: string): CloudAccess {
  if (!URL.canParse(endpoint)) {
    throw new UsageError("bad-endpoint", `cloudApiEndpoint ${endpoint} is no URL; write https://host[:port][/path].`);
  }
  const { protocol, hostname, port, pathname } = new URL(endpoint);
  const secure = protocol === "https:";
  const base = apiBase(pathname);
  return {
    address: tcp(hostname.replace(/^\[|\]$/g, ""), port === "" ? (secure ? 443 : 80) : Number(port)),
    ...(secure ? { tls: {} } : {}),
    base,
    versioned: `${base}/${apiVersion}`,
  };
}

/** One exchange with the cloud. Rejects with `NetworkError` when it does not come about. */
export function callCloud(
  world: World,
  access: CloudAccess,
  identity: Identity,
  call: { readonly method: string; readonly target: string; readonly headers?: Headers; readonly body?: unknown },
): Promise<HttpReply> {
  const { method, target, headers = noHeaders, body } = call;
  const request = {
    method,
    target,
    version: "1.1",
    headers,
    body: body === undefined ? EMPTY_BODY : json(body),
  } as const;
  const tls = access.tls === undefined ? undefined : trusting(access.tls, identity);
  const options = tls === undefined ? { timeout: EXCHANGE_TIMEOUT } : { timeout: EXCHANGE_TIMEOUT, tls };
  return world.network.request(access.address, request, options);
}

/** The cloud's own authority is trusted besides those known already. */
function trusting(tls: ClientTls, { registration }: Identity): ClientTls {
  const own = registration?.apiTls;
  if (own === undefined) return tls;
  return { ...tls, ca: [...(tls.ca ?? []), own.caCert], verify: own.verifyCertificate };
}
