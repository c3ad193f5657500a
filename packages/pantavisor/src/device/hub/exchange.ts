import {
  type Body,
  type Duration,
  describeAddress,
  EMPTY_BODY,
  type Endpoint,
  type Headers,
  type HttpReply,
  type HttpRequest,
  json,
  type RequestOptions,
  readJson,
  seconds,
} from "@understudy/kernel";
import { parseConfig } from "../../wire/config-file.ts";
import { readToken } from "../../wire/hub-replies.ts";
import type { Core } from "../core.ts";
import { CONFIG_FILE } from "../layout.ts";
import type { PantavisorOperation } from "../phases.ts";
import { HubTrouble, successful, unreadable } from "./trouble.ts";

const ACCEPT = ["Accept", "*/*"] as const;
const USER_AGENT = ["User-Agent", "Pantavisor-Mocker/0.1"] as const;
const CONTENT_TYPE = ["Content-Type", "application/json"] as const;

const REQUEST_TIMEOUT: Duration = seconds(30);
const PLAIN_OPTIONS: RequestOptions = Object.freeze({ timeout: REQUEST_TIMEOUT });

export const bearer = (token: string): string => `Bearer ${token}`;

/** One attempt of an operation: the lab's fault book may delay it or make it fail. */
export async function attempt(core: Core, operation: PantavisorOperation): Promise<void> {
  const fault = core.world.faults.strike(operation);
  if (fault === undefined) return;
  if (fault.delay !== undefined) await core.world.clock.sleep(fault.delay);
  if (fault.error !== undefined || fault.delay === undefined) {
    throw new HubTrouble("fault", `${operation} failed: ${fault.error ?? "fault"}`, {
      operation,
      error: fault.error ?? "fault",
    });
  }
}

/** Asks the hub without showing who asks. */
export function askOpenly(
  core: Core,
  method: string,
  target: string,
  body: Body,
  extra: Headers = [],
): Promise<HttpReply> {
  const headers: Headers =
    body.kind === "empty" ? [ACCEPT, USER_AGENT, ...extra] : [ACCEPT, USER_AGENT, CONTENT_TYPE, ...extra];
  return send(core, { method, target, version: "1.1", headers, body });
}

/**
 * Asks the hub as this device. Logs in first when there is no token; a token that the hub refuses is renewed once. `endpoint`, for
 * exchanges that need another than the usual.
 */
export async function ask(
  core: Core,
  method: string,
  target: string,
  body: Body = EMPTY_BODY,
  endpoint?: Endpoint,
): Promise<HttpReply> {
  const reply = await send(core, requestOf(core.authorization ?? (await logIn(core)), method, target, body), endpoint);
  if (reply.status !== 401) return reply;
  core.authorization = undefined;
  return await send(core, requestOf(await logIn(core), method, target, body), endpoint);
}

function requestOf(authorization: string, method: string, target: string, body: Body): HttpRequest {
  const who = ["Authorization", authorization] as const;
  const headers: Headers = body.kind === "empty" ? [ACCEPT, USER_AGENT, who] : [ACCEPT, USER_AGENT, CONTENT_TYPE, who];
  return { method, target, version: "1.1", headers, body };
}

/** Logs in with the stored secret; resolves to the new authorization. */
export async function logIn(core: Core): Promise<string> {
  await attempt(core, "login");
  const config = parseConfig((await core.world.storage.readText(CONFIG_FILE)) ?? "");
  const username = config.get("PH_CREDS_PRN");
  const password = config.get("PH_CREDS_SECRET");
  if (username === undefined || password === undefined)
    throw new HubTrouble("hub-refused", "The device has no credentials; register first.");
  const reply = successful(await askOpenly(core, "POST", "/auth/login", json({ username, password })), "the login");
  const token = readToken(await jsonOf(reply));
  if (!token.ok) throw unreadable("the login", token.problem);
  core.authorization = bearer(token.value);
  core.enterPhase("logged-in");
  return core.authorization;
}

/** The JSON value of a reply, at once where it is here already. */
export const jsonOf = (reply: HttpReply): unknown | Promise<unknown> =>
  reply.body.kind === "json" ? reply.body.value : readJson(reply.body);

function send(core: Core, request: HttpRequest, endpoint = core.endpoint): Promise<HttpReply> {
  if (endpoint === undefined) throw new HubTrouble("hub-refused", "No hub is configured.");
  if (core.listened) sayRequest(core, request, endpoint);
  const options = endpoint.tls === undefined ? PLAIN_OPTIONS : { timeout: REQUEST_TIMEOUT, tls: endpoint.tls };
  return core.world.network.request(endpoint.address, request, options);
}

/** Bodies up to this size are shown in the log. */
const SHOWN_BODY = 1024;

function sayRequest(core: Core, { method, target, body }: HttpRequest, endpoint: Endpoint): void {
  const scheme = endpoint.tls === undefined ? "http" : "https";
  core.say(`HTTP Request: ${method} ${scheme}://${describeAddress(endpoint.address)}${target}`);
  if (body.kind !== "json") return;
  const text = JSON.stringify(body.value);
  if (text.includes('"password"')) core.say("HTTP Body: (Obfuscated)");
  else core.say(text.length < SHOWN_BODY ? `HTTP Body: ${text}` : `HTTP Body: (${Buffer.byteLength(text)} bytes)`);
}
