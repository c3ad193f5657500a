import { createHash } from "node:crypto";
import {
  type HttpReply,
  header,
  insert,
  type JsonObject,
  jsonReply,
  type ReceivedRequest,
  reasonOf,
  StoreError,
  WireError,
} from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { isDeviceNick, JOIN_TOKEN_HEADER, UNREGISTERED_PREFIX } from "../../wire/pantahub/device-resource.ts";
import { isJoinToken } from "../../wire/pantahub/join-token-resource.ts";
import { REQUIRED_SCOPES } from "../../wire/pantahub/scopes.ts";
import { incompatible } from "../auth/login.ts";
import { baseUrl } from "../http/base-url.ts";
import { objectMember, readOptionalObject, textMember } from "../http/body.ts";
import { type Call, identify } from "../http/endpoints.ts";
import { insufficientScope, Refusal, unauthorized } from "../http/refusal.ts";
import { type Hub, newId } from "../hub.ts";
import { randomText, threeWords } from "../names.ts";
import {
  type DeviceReportRow,
  type DeviceRow,
  deviceReportTable,
  deviceTable,
  type JoinTokenRow,
} from "../tables/device-rows.ts";
import { deviceOf, WHOLE_VIEW } from "./device-view.ts";

const SECRET_LENGTH = 15;
const NO_META: JsonObject = Object.freeze({});
/** Made-up nicks are tried so often before digits are added. */
const NICK_TRIES = 4;

/** What a new device starts with. */
interface Beginning {
  readonly owner: string;
  readonly nick: string | undefined;
  readonly secret: string | undefined;
  readonly userMeta: JsonObject;
  readonly deviceMeta: JsonObject;
  readonly lab: string | null;
}

/** `POST /devices/`: by a user, by a device with a join token, or by a device that is to be claimed later. */
export async function registerDevice(hub: Hub, call: Call): Promise<HttpReply> {
  const { request } = call;
  if (header(request.headers, "user-agent") === undefined) return incompatible(hub);
  if (header(request.headers, "authorization") === undefined) return created(hub, await selfRegistration(hub, request));
  const caller = identify(hub, request);
  if (caller === undefined) return unauthorized(baseUrl(hub, request));
  if ((caller.scopes & REQUIRED_SCOPES["devices:write"]) === 0) {
    return insufficientScope(hub.incidents, baseUrl(hub, request), "devices:write");
  }
  return created(hub, await creationByUser(request, caller));
}

async function creationByUser(request: ReceivedRequest, caller: Caller): Promise<Beginning> {
  if (caller.type !== "USER" && caller.type !== "SESSION") throw new Refusal(400, "Only users create devices");
  const body = (await readOptionalObject(request)) ?? NO_META;
  return {
    owner: caller.prn,
    nick: checkedNick(textMember(body, "nick")),
    secret: textMember(body, "secret") || undefined,
    userMeta: objectMember(body, "user-meta") ?? NO_META,
    deviceMeta: NO_META,
    lab: null,
  };
}

async function selfRegistration(hub: Hub, request: ReceivedRequest): Promise<Beginning> {
  const body = await bodyOfDevice(request);
  const token = header(request.headers, JOIN_TOKEN_HEADER);
  const joined = token === undefined ? undefined : await joinTokenOf(hub, token);
  return {
    owner: joined?.owner ?? "",
    nick: checkedNick(textMember(body, "nick")),
    secret: textMember(body, "secret") || undefined,
    userMeta: joined?.defaultUserMeta ?? NO_META,
    deviceMeta: objectMember(body, "device-meta") ?? NO_META,
    lab: joined?.lab ?? null,
  };
}

/** A device's body that cannot be read counts as none. */
async function bodyOfDevice(request: ReceivedRequest): Promise<JsonObject> {
  try {
    return (await readOptionalObject(request)) ?? NO_META;
  } catch (error) {
    if (error instanceof WireError && reasonOf(error) !== "too-large") return NO_META;
    throw error;
  }
}

/** SHA-256 of a join token, as it is kept. */
export const joinTokenHash = (token: string): string => createHash("sha256").update(token).digest("hex");

async function joinTokenOf(hub: Hub, token: string): Promise<JoinTokenRow> {
  const row = isJoinToken(token) ? await hub.find.joinTokenByHash.first([joinTokenHash(token)]) : undefined;
  if (row === undefined || row.disabled) throw new Refusal(400, "The join token is unknown or disabled");
  return row;
}

function checkedNick(nick: string | undefined): string | undefined {
  if (nick === undefined || nick === "") return undefined;
  if (!isDeviceNick(nick)) throw new Refusal(400, "A nick has letters, digits and _ - + % only");
  return nick;
}

async function created(hub: Hub, given: Beginning): Promise<HttpReply> {
  for (let attempt = 0; ; attempt++) {
    const row = newDevice(hub, given, attempt);
    const report: DeviceReportRow = { device: row.id, meta: given.deviceMeta, modified: row.created, remote: "" };
    try {
      await hub.store.commit([insert(deviceTable, row), insert(deviceReportTable, report)]);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "exists") throw error;
      if (given.nick !== undefined) return hub.incidents.reply(409, "device already exists");
      continue;
    }
    hub.beliefs.device(row);
    hub.world.audit.record({ who: row.owner || row.id, action: "device.create", target: row.id, result: "done" });
    return jsonReply(deviceOf(row, report, await hub.accounts.nickOf(row.owner), WHOLE_VIEW));
  }
}

function newDevice(hub: Hub, given: Beginning, attempt: number): DeviceRow {
  const { chance } = hub;
  const now = hub.world.clock.now();
  return {
    id: newId(hub),
    nick: given.nick ?? madeUpNick(hub, given.owner, attempt),
    owner: given.owner,
    secret: given.secret ?? randomText(chance, SECRET_LENGTH),
    challenge: given.owner === "" ? threeWords(chance, "-") : "",
    public: false,
    userMeta: given.userMeta,
    created: now,
    modified: now,
    lab: given.lab,
  };
}

/** A nick for a device that brought none. */
export function madeUpNick({ chance }: Hub, owner: string, attempt: number): string {
  if (owner === "") return `${UNREGISTERED_PREFIX}${threeWords(chance, "_").split("_")[2]}_${randomText(chance, 10)}`;
  const words = threeWords(chance, "_");
  return attempt < NICK_TRIES ? words : `${words}_${randomText(chance, 6)}`;
}
