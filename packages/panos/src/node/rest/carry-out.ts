import type { HttpReply } from "@understudy/kernel";
import { CODES } from "../../wire/api/answer.ts";
import { type RestFailure, type RestFormat, restError, restWritten } from "../../wire/rest/rest-reply.ts";
import { attribute, type XmlElement } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import { literal } from "../../wire/xpath/ast.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import { select } from "../../wire/xpath/select.ts";
import type { ConfigChange } from "../config/change.ts";
import type { Objection } from "../config/config-engine.ts";
import { obstacle } from "../config/outcome.ts";
import { readChange } from "../config/read-change.ts";
import type { Edited, Refusal } from "../config/refusal.ts";
import { configLog } from "../logs/logged.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { readRestBody } from "./rest-body.ts";
import type { RestScope } from "./rest-scope.ts";

/** A call that changes something. */
export interface RestCall {
  readonly method: string;
  readonly action: "rename" | "move" | undefined;
  readonly scope: RestScope;
  readonly name: string | undefined;
  readonly newName: string | undefined;
  readonly where: string | undefined;
  readonly target: string | undefined;
  readonly input: RestFormat;
  readonly output: RestFormat;
  readonly body: Uint8Array;
}

/** Carries out a write and says what came of it. */
export async function carryOut(node: RecordingNode, caller: Caller, call: RestCall): Promise<HttpReply> {
  if (!node.takesChanges)
    return restError("forbidden", CODES.denied, "Operation not allowed on a Panorama that is not the active one");
  const plan = planOf(call);
  if ("status" in plan) return plan;
  const { change, unless } = plan;
  if (obstacle(node, [change], caller.admin) !== undefined)
    return restError("precondition", CODES.notFound, "Configuration is locked by another administrator");
  const edited = await node.config.change(change, caller.admin, node.now(), unless);
  const reply = replyTo(edited, call);
  await node.note([
    configLog(node, caller, change.action, change.xpath, reply.status === 200 ? "Succeeded" : "Failed"),
  ]);
  return reply;
}

/** The change a call asks for; `unless` looks once more at the moment of the write, since another call may have come in between. */
interface Plan {
  readonly change: ConfigChange;
  readonly unless?: Objection;
}

const badRequest = (description: string): HttpReply => restError("bad-request", CODES.badRequest, description);
const absent = (name: string): HttpReply =>
  restError("not-found", CODES.notPresent, `Object Not Present: ${name} does not exist`);

/** The change a call asks for, or why there is none to make. */
function planOf(call: RestCall): Plan | HttpReply {
  const { scope, action } = call;
  if (scope.holder === undefined)
    return restError("forbidden", CODES.denied, "Objects of this location cannot be changed");
  if (action !== undefined)
    return call.method === "POST" ? actionPlan(call, action, scope.holder) : notImplemented(call);
  switch (call.method) {
    case "POST":
    case "PUT":
      return bodyPlan(call, scope.holder);
    case "DELETE": {
      if (call.name === undefined) return badRequest("Missing Query Parameter: name");
      return has(scope, call.name)
        ? { change: { action: "delete", xpath: entryPath(scope.holder, call.name) } }
        : absent(call.name);
    }
    default:
      return notImplemented(call);
  }
}

const notImplemented = (call: RestCall): HttpReply =>
  restError("not-implemented", CODES.invalidCommand, `${call.method} is not implemented here`);

function bodyPlan(call: RestCall, holder: string): Plan | HttpReply {
  if (call.method === "PUT" && call.name === undefined) return badRequest("Missing Query Parameter: name");
  const reading = readRestBody(call.body, call.input, call.name);
  if (!reading.ok) return badRequest(reading.description);
  const { entry } = reading;
  const name = attribute(entry, "name") ?? "";
  const element = writeXml(entry).markup;
  const there = (config: XmlElement): boolean => hasEntry(config, holder, name);
  if (call.method === "PUT") {
    if (!has(call.scope, name)) return absent(name);
    const gone = { code: CODES.notPresent, lines: [`Object Not Present: ${name} does not exist`] };
    return {
      change: { action: "edit", xpath: entryPath(holder, name), element },
      unless: (candidate) => (there(candidate) ? undefined : gone),
    };
  }
  const taken = { code: CODES.notUnique, lines: [`Object Not Unique: ${name} already exists`] };
  return {
    change: { action: "set", xpath: holder, element },
    unless: (candidate) => (there(candidate) ? taken : undefined),
  };
}

function actionPlan(call: RestCall, action: "rename" | "move", holder: string): Plan | HttpReply {
  const { name } = call;
  if (name === undefined) return badRequest("Missing Query Parameter: name");
  if (!has(call.scope, name)) return absent(name);
  const given: Readonly<Record<string, string | undefined>> = {
    xpath: entryPath(holder, name),
    newname: call.newName,
    where: call.where,
    dst: call.target,
  };
  const read = readChange(action, (parameter) => given[parameter]);
  const [only] = read.kind === "changes" ? read.changes : [];
  return only === undefined
    ? badRequest(`Missing or Invalid Query Parameter: ${action === "move" ? "where or dst" : "newname"}`)
    : { change: only };
}

const has = ({ entries }: RestScope, name: string): boolean =>
  entries.some((entry) => attribute(entry, "name") === name);
const entryPath = (holder: string, name: string): string => `${holder}/entry[@name=${literal(name)}]`;
/** Whether a configuration has an entry of that name in a holder. */
function hasEntry(config: XmlElement, holder: string, name: string): boolean {
  const xpath = parseXPath(entryPath(holder, name));
  return xpath !== undefined && select(config, xpath).length > 0;
}

function replyTo(edited: Edited, call: RestCall): HttpReply {
  switch (edited.kind) {
    case "changed":
      return restWritten(call.output);
    case "absent":
      return absent(call.name ?? "");
    case "refused":
      return restError(failureOf(edited.refusal), edited.refusal.code, edited.refusal.lines.join(" "));
  }
}

function failureOf({ code }: Refusal): RestFailure {
  switch (code) {
    case CODES.notPresent:
      return "not-found";
    case CODES.notUnique:
    case CODES.referenced:
      return "conflict";
    case CODES.notPossible:
      return "precondition";
    default:
      return "bad-request";
  }
}
