import { type Address, type RequestOptions, tcp } from "@understudy/kernel";
import type { Core } from "../core.ts";
import { HubTrouble } from "./trouble.ts";

/** Where a signed URL leads. The hub's own certificate settings hold for the hub's own address only. */
export function signedDestination(
  core: Core,
  text: string,
): { address: Address; target: string; options: RequestOptions } {
  if (!URL.canParse(text)) throw new HubTrouble("hub-unreadable", "A signed URL is no URL.");
  const url = new URL(text);
  const secure = url.protocol === "https:";
  if (!secure && url.protocol !== "http:")
    throw new HubTrouble("hub-unreadable", `A signed URL begins with ${url.protocol}`);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const address = tcp(host, url.port === "" ? (secure ? 443 : 80) : Number(url.port));
  const own = core.endpoint?.tls;
  return { address, target: `${url.pathname}${url.search}`, options: secure ? { tls: own ?? {} } : {} };
}
