import { header, type ReceivedRequest } from "@understudy/kernel";
import type { Hub } from "../hub.ts";

const HOST = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9._-]+)(?::\d*)?$/;
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const FALLBACK_HOST = "localhost";

/**
 * What URLs in an answer begin with, without a trailing slash: the configured one; else the listener's scheme and port with the
 * name the client used. The port is the listener's because the C client leaves it out of Host. A name that is neither public
 * nor this machine's is not repeated.
 */
export function baseUrl(hub: Hub, request: ReceivedRequest): string {
  if (hub.settings.publicUrl !== undefined) return hub.settings.publicUrl;
  const { secure, port } = request.via;
  const usual = port === (secure ? 443 : 80) || port === 0;
  return `${secure ? "https" : "http"}://${hostName(hub, request)}${usual ? "" : `:${port}`}`;
}

function hostName(hub: Hub, request: ReceivedRequest): string {
  const used = HOST.exec(header(request.headers, "host") ?? "")?.[1];
  const preferred = hub.publicNames[0];
  if (preferred === undefined) return used ?? FALLBACK_HOST;
  return used !== undefined && (LOOPBACK.has(used) || hub.publicNames.includes(used)) ? used : preferred;
}
