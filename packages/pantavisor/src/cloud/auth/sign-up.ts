import { type HttpReply, insert, type JsonObject, jsonReply, StoreError } from "@understudy/kernel";
import type { AccountResource } from "../../wire/pantahub/account-resource.ts";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { accountPrn, sessionPrn } from "../../wire/pantahub/prn.ts";
import { readObjectBody, textMember } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, newId, shownTime } from "../hub.ts";
import { type AccountRow, accountTable } from "../tables/account-rows.ts";
import type { Account } from "./accounts.ts";
import { grantedTo } from "./login.ts";
import { hashPassword } from "./passwords.ts";

const SALT_BYTES = 16;
const NICK_LENGTH = { least: 3, most: 23 };
const MAX_EMAIL = 254;
const TAKEN = "Email or Nick already in use";

/** `POST /auth/accounts`: an account that is active at once (the reference server first mails a challenge). */
export async function createAccount(hub: Hub, call: Call): Promise<HttpReply> {
  const body = await readObjectBody(call.request);
  const { email, nick, password } = credentialsOf(body);
  if ((await hub.accounts.named(nick)) !== undefined || (await hub.accounts.named(email)) !== undefined) {
    throw new Refusal(412, TAKEN);
  }
  const kept = hashPassword(password, hub.chance.bytes(SALT_BYTES));
  const row = newAccount(hub, { prn: accountPrn(newId(hub)), nick, email, type: "USER", password: kept });
  await stored(hub, row);
  return jsonReply(accountResource({ ...row, email, role: "user" }));
}

/** `POST /auth/sessions`: an account without a name, and a token for it. */
export async function createSession(hub: Hub): Promise<HttpReply> {
  const id = newId(hub);
  const row = newAccount(hub, {
    prn: sessionPrn(id),
    nick: `__SESSION__${id}`,
    email: null,
    type: "SESSION",
    password: "",
  });
  await stored(hub, row);
  return grantedTo(hub, { ...row, email: "", role: "session" });
}

/** `GET /auth/accounts`: the caller's own account, in a list. */
export async function listAccounts(hub: Hub, _call: Call, caller: Caller): Promise<HttpReply> {
  const account = await hub.accounts.named(caller.prn);
  return jsonReply(account === undefined ? [] : [accountResource(account)]);
}

/** `GET /auth/`: the caller's own account. */
export async function getAccount(hub: Hub, _call: Call, caller: Caller): Promise<HttpReply> {
  const account = await hub.accounts.named(caller.prn);
  if (account === undefined) throw new Refusal(404, "No such account");
  return jsonReply(accountResource(account));
}

function credentialsOf(body: JsonObject): { readonly email: string; readonly nick: string; readonly password: string } {
  const email = textMember(body, "email", MAX_EMAIL) ?? "";
  const nick = textMember(body, "nick") ?? "";
  const password = textMember(body, "password") ?? "";
  if (email === "" || password === "") throw new Refusal(412, "An account needs an email and a password");
  if (nick.length < NICK_LENGTH.least || nick.length > NICK_LENGTH.most) {
    throw new Refusal(412, `A nick has ${NICK_LENGTH.least} to ${NICK_LENGTH.most} characters`);
  }
  // They are looked up by one name: a nick that looks like a PRN or a mail address would be somebody else's.
  if (nick.includes(":") || nick.includes("@") || nick.includes("/") || email.startsWith("prn:")) {
    throw new Refusal(412, "A nick has no : @ or /");
  }
  return { email, nick, password };
}

function newAccount(hub: Hub, given: Omit<AccountRow, "created" | "modified">): AccountRow {
  const now = hub.world.clock.now();
  return { ...given, created: now, modified: now };
}

async function stored(hub: Hub, row: AccountRow): Promise<void> {
  try {
    await hub.store.commit([insert(accountTable, row)]);
  } catch (error) {
    if (error instanceof StoreError && error.code === "exists") throw new Refusal(412, TAKEN);
    throw error;
  }
  hub.world.audit.record({ who: row.prn, action: "account.create", target: row.prn, result: "done" });
}

function accountResource(account: Account): AccountResource {
  return {
    type: account.type === "SESSION" ? "SESSION" : "USER",
    email: account.email,
    nick: account.nick,
    prn: account.prn,
    "time-created": shownTime(account.created),
    "time-modified": shownTime(account.modified),
    captcha: "",
    "encrypted-account": "",
  };
}
