import { prnId } from "./prn.ts";
import { readScopes, type Scopes } from "./scopes.ts";

export type CallerType = "USER" | "DEVICE" | "SESSION" | "SERVICE" | "CLIENT";
export type CallerRole = "user" | "admin" | "device" | "session" | "service" | "client";

/** What an access token says. Times are unix seconds. */
export interface Claims {
  /** The user name as typed at login. */
  readonly id: string;
  readonly prn: string;
  readonly nick: string;
  readonly roles: CallerRole;
  readonly type: CallerType;
  /** Of a device: its owner at login, empty while unclaimed. */
  readonly owner?: string;
  readonly scopes: string;
  readonly exp: number;
  readonly orig_iat: number;
  /** Of an administrator who acts as another account: that account's claims; all rights are judged by them. */
  readonly "call-as"?: Claims;
}

/** Who makes a request: the part of the claims that handlers look at, read once per token. */
export interface Caller {
  readonly prn: string;
  readonly nick: string;
  readonly type: CallerType;
  /** Of a device its owner, of anybody else the caller: whose trails and objects the caller works with. */
  readonly owner: string;
  /** Id of the device that the caller is; empty for anybody else. */
  readonly device: string;
  readonly scopes: Scopes;
  /** Unix seconds. */
  readonly expires: number;
}

/** The acting party of a token's claims. */
export function callerOf(claims: Claims): Caller {
  const acting = claims["call-as"] ?? claims;
  return {
    prn: acting.prn,
    nick: acting.nick,
    type: acting.type,
    owner: acting.type === "DEVICE" ? (acting.owner ?? "") : acting.prn,
    device: acting.type === "DEVICE" ? prnId(acting.prn) : "",
    scopes: readScopes(acting.scopes),
    expires: claims.exp,
  };
}
