import { type HttpReply, jsonReply, parseQuery } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import type { Call } from "../http/endpoints.ts";
import { type Hub, shownTime } from "../hub.ts";

/** `GET /profiles/`: for completion in a shell. Of the profiles only the caller's own is told. */
export async function profiles(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  const account = await hub.accounts.named(caller.owner);
  const asked = parseQuery(call.search)["nick"];
  const nick = account?.nick ?? "";
  const wanted =
    typeof asked !== "string" || (asked.startsWith("^") ? nick.startsWith(asked.slice(1)) : nick === asked);
  if (account === undefined || !wanted) return jsonReply([]);
  const profile = {
    nick,
    email: "",
    fullName: "",
    bio: "",
    picture: "",
    website: "",
    location: "",
    github: "",
    gitlab: "",
    company: "",
    twitter: "",
    meta: {},
    "time-created": shownTime(account.created),
    "time-modified": shownTime(account.modified),
  };
  return jsonReply([profile]);
}
