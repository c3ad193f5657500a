import { type HttpReply, header, type JsonObject, jsonReply } from "@understudy/kernel";
import type { Claims } from "../../wire/pantahub/claims.ts";
import { signJwt } from "../../wire/pantahub/hs256.ts";
import { ANONYMOUS_LOGIN, anonymousPrn, deviceIdOf } from "../../wire/pantahub/prn.ts";
import { ALL_SCOPES, readOnlyScopes, scopesClaim } from "../../wire/pantahub/scopes.ts";
import { baseUrl } from "../http/base-url.ts";
import { readObjectBody, textMember } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { unauthorized } from "../http/refusal.ts";
import { type Hub, newId } from "../hub.ts";
import { deviceTable } from "../tables/device-rows.ts";
import type { Account } from "./accounts.ts";
import { apiTokenOf } from "./find-api-token.ts";
import { sameSecret } from "./passwords.ts";

const ANONYMOUS_SECONDS = 300;
/** Separates the administrator from the account to act as, in a user name. */
const ACT_AS = "==>";
/** Bounds that keep tokens below the 1016 characters for which the C client has room. */
const MAX_NAME = 128;
const MAX_SCOPES = 400;

type Identity = Omit<Claims, "exp" | "orig_iat" | "scopes">;

/** `POST /auth/login`: the answer has one member, because the C client takes any further text for the token. */
export async function login(hub: Hub, call: Call): Promise<HttpReply> {
  if (header(call.request.headers, "user-agent") === undefined) return incompatible(hub);
  const body: JsonObject = await readObjectBody(call.request);
  const username = textMember(body, "username", MAX_NAME) ?? "";
  const password = textMember(body, "password") ?? "";
  const scopes = scopesClaim(textMember(body, "scope", MAX_SCOPES) ?? "");
  if (scopes.length > MAX_SCOPES) return hub.incidents.reply(400, "Too many scopes");
  if (username === ANONYMOUS_LOGIN) return granted(hub, anonymous(hub), readOnlyScopes(scopes), ANONYMOUS_SECONDS);
  const found = await identityOf(hub, username, password);
  if (found === undefined) return hub.incidents.reply(401, "Wrong user name or password");
  return granted(hub, found.identity, narrowed(found.scopes, scopes), hub.settings.tokenSeconds);
}

/** Who logs in, and what they may ask for at most. */
interface Found {
  readonly identity: Identity;
  readonly scopes: string;
}

/** What was asked for, as far as it may be had; all that may be had when nothing was asked for. */
function narrowed(most: string, asked: string): string {
  if (asked === "") return most;
  if (most === ALL_SCOPES) return asked;
  const allowed = new Set(most.split(" "));
  return asked
    .split(" ")
    .filter((scope) => allowed.has(scope))
    .join(" ");
}

/** `GET /auth/login`: a new token for one that is still good. */
export function refresh(hub: Hub, call: Call): HttpReply {
  const claims = hub.callers.claims(header(call.request.headers, "authorization"));
  const now = Math.floor(hub.world.clock.now() / 1000);
  const late = claims === undefined || now >= claims.exp || now > claims.orig_iat + hub.settings.refreshSeconds;
  if (late) return unauthorized(baseUrl(hub, call.request));
  return jsonReply({ token: signJwt({ ...claims, exp: now + hub.settings.tokenSeconds }, hub.keys.access) });
}

/** `GET …/auth_status`: the claims of the caller's token. */
export function authStatus(hub: Hub, call: Call): HttpReply {
  return jsonReply(hub.callers.claims(header(call.request.headers, "authorization")) ?? null);
}

/** No User-Agent: nothing that the reference server would talk to. */
export const incompatible = (hub: Hub): HttpReply =>
  hub.incidents.reply(403, "Incompatible Client; upgrade pantavisor");

/** A token with all scopes for an account. */
export const grantedTo = (hub: Hub, account: Account): HttpReply =>
  granted(hub, accountIdentity(account, account.nick), ALL_SCOPES, hub.settings.tokenSeconds);

function granted(hub: Hub, identity: Identity, scopes: string, seconds: number): HttpReply {
  const now = Math.floor(hub.world.clock.now() / 1000);
  const claims: Claims = { ...identity, scopes, exp: now + seconds, orig_iat: now };
  return jsonReply({ token: signJwt(claims, hub.keys.access) });
}

async function identityOf(hub: Hub, username: string, password: string): Promise<Found | undefined> {
  if (username === "" || password === "") return undefined;
  const identity = await identityByPassword(hub, username, password);
  if (identity !== undefined) return { identity, scopes: ALL_SCOPES };
  const token = await apiTokenOf(hub, password);
  const owner = token?.name === username ? await hub.accounts.named(token.owner) : undefined;
  if (owner === undefined) return undefined;
  const type = token?.type === "SESSION" ? ({ type: "SESSION", roles: "session" } as const) : {};
  return { identity: { ...accountIdentity(owner, username), ...type }, scopes: token?.scopes ?? "" };
}

async function identityByPassword(hub: Hub, username: string, password: string): Promise<Identity | undefined> {
  const deviceId = deviceIdOf(username);
  if (deviceId !== undefined) return deviceIdentity(hub, deviceId, password);
  if (username.includes(ACT_AS)) return actingAs(hub, username, password);
  const account = await hub.accounts.login(username, password);
  return account && accountIdentity(account, username);
}

async function deviceIdentity(hub: Hub, id: string, secret: string): Promise<Identity | undefined> {
  const device = await hub.store.get(deviceTable, id);
  if (device === undefined || !sameSecret(secret, device.secret)) return undefined;
  const prn = `prn:::devices:/${id}`;
  return { id: prn, prn, nick: device.nick, roles: "device", type: "DEVICE", owner: device.owner };
}

/** `admin==>user1` with the administrator's password. */
async function actingAs(hub: Hub, username: string, password: string): Promise<Identity | undefined> {
  const at = username.indexOf(ACT_AS);
  const admin = await hub.accounts.login(username.slice(0, at), password);
  const target = await hub.accounts.named(username.slice(at + ACT_AS.length));
  if (admin?.role !== "admin" || target === undefined) return undefined;
  const as = { ...accountIdentity(target, target.nick), scopes: ALL_SCOPES, exp: 0, orig_iat: 0 };
  return { ...accountIdentity(admin, username), "call-as": as };
}

const accountIdentity = (account: Account, typed: string): Identity => ({
  id: typed,
  prn: account.prn,
  nick: account.nick,
  roles: account.role,
  type: account.type,
});

function anonymous(hub: Hub): Identity {
  const id = newId(hub);
  return { id: ANONYMOUS_LOGIN, prn: anonymousPrn(id), nick: `anon-${id}`, roles: "user", type: "USER" };
}
