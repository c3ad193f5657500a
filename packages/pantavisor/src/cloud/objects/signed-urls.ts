import { openJwt, signJwt } from "../../wire/pantahub/hs256.ts";
import { LOCAL_S3_PATH, SIGNED_URL_LIFETIME_S } from "../../wire/pantahub/object-resource.ts";
import type { Hub } from "../hub.ts";

/** What a signed URL allows. */
export interface Ticket {
  readonly method: "GET" | "PUT";
  /** PRN of the owner whose content is meant. */
  readonly owner: string;
  readonly sha: string;
  readonly size: number;
  /** File name for a download. */
  readonly name: string;
  /** The content is checked, but not kept: it is another owner's. */
  readonly sink: boolean;
}

/** Names in URLs are cut to this many characters: parsers of addresses have limits. */
const MAX_NAME = 200;

/** A URL that needs no token; everything it says is in its path, because the C client drops queries. */
export function signUrl(hub: Hub, base: string, ticket: Ticket): string {
  const exp = Math.floor(hub.world.clock.now() / 1000) + SIGNED_URL_LIFETIME_S;
  const { method, owner, sha, size, sink } = ticket;
  const claims = { m: method, o: owner, h: sha, n: size, f: ticket.name.slice(-MAX_NAME), ...(sink && { k: 1 }), exp };
  return `${base}${LOCAL_S3_PATH}${signJwt(claims, hub.keys.objects)}`;
}

/** What a URL's token allows; `undefined` when it is not ours or too old. */
export function openTicket(hub: Hub, token: string): Ticket | undefined {
  const claims = openJwt(token, hub.keys.objects);
  if (claims === undefined || hub.world.clock.now() >= Number(claims["exp"]) * 1000) return undefined;
  return {
    method: claims["m"] === "PUT" ? "PUT" : "GET",
    owner: String(claims["o"]),
    sha: String(claims["h"]),
    size: Number(claims["n"]),
    name: String(claims["f"]),
    sink: claims["k"] === 1,
  };
}
