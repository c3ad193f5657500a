import type { Caller } from "../../wire/pantahub/claims.ts";
import { callerOf } from "../../wire/pantahub/claims.ts";
import type { Hub } from "../hub.ts";
import { apiTokenOf } from "./find-api-token.ts";

/** What `Authorization: Basic` carries. */
export interface BasicCredentials {
  readonly name: string;
  readonly secret: string;
}

/**
 * Who makes a request with the secret of an API token; the name is the token's, or its owner's nick. Passwords of accounts and devices are
 * not taken, as the reference server does not take them.
 */
export async function apiTokenCaller(hub: Hub, { name, secret }: BasicCredentials): Promise<Caller | undefined> {
  const token = await apiTokenOf(hub, secret);
  const owner = token && (await hub.accounts.named(token.owner));
  if (token === undefined || owner === undefined || (name !== token.name && name !== owner.nick)) return undefined;
  const isSession = token.type === "SESSION";
  return callerOf({
    id: name,
    prn: owner.prn,
    nick: owner.nick,
    roles: isSession ? "session" : owner.role,
    type: isSession ? "SESSION" : owner.type,
    scopes: token.scopes,
    exp: Number.MAX_SAFE_INTEGER,
    orig_iat: 0,
  });
}
