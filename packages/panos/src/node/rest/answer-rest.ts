import { type HttpReply, type ReceivedRequest, readBytes } from "@understudy/kernel";
import { CODES } from "../../wire/api/answer.ts";
import { type Parameters, parseForm } from "../../wire/api/form.ts";
import { credentialsOf, parameter, pathOf, queryOf } from "../../wire/api/request.ts";
import { type RestPath, readRestPath } from "../../wire/rest/resources.ts";
import { type RestFormat, restEntries, restError } from "../../wire/rest/rest-reply.ts";
import { attribute, type XmlElement } from "../../wire/xml/tree.ts";
import { authenticate } from "../api/authenticate.ts";
import type { Logins } from "../api/logins.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { carryOut, type RestCall } from "./carry-out.ts";
import { type RestScope, scopeOfCall } from "./rest-scope.ts";

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Answers a request below `/restapi/`: the same configuration that the XML API serves, object by object. */
export async function answerRest(node: RecordingNode, request: ReceivedRequest, logins: Logins): Promise<HttpReply> {
  const credentials = credentialsOf(request.headers, {});
  const admin = authenticate(node, credentials);
  await logins.note(credentials, admin, request.via.remote);
  if (admin === undefined) return restError("unauthenticated", CODES.unauthorized, "Not Authenticated");
  const path = readRestPath(pathOf(request.target));
  if (path === undefined || (path.resource.on !== "both" && path.resource.on !== node.profile.kind))
    return restError("not-found", CODES.notPresent, "Object Not Present: no such resource");
  const query = parseForm(queryOf(request.target));
  const input = query && formatOf(query, "input-format");
  const output = query && formatOf(query, "output-format");
  if (query === undefined || input === undefined || output === undefined)
    return restError("bad-request", CODES.badRequest, "Invalid Query Parameter: input-format or output-format");
  const reading = scopeOfCall(node, path.resource, query);
  if (!reading.ok) return restError("bad-request", CODES.badRequest, reading.description);
  if (request.method === "GET" && path.action === undefined) return list(reading.scope, query, output);
  const body = await readBytes(request.body);
  if (body.byteLength > MAX_BODY_BYTES) return restError("bad-request", CODES.badRequest, "Invalid Body: too large");
  const caller: Caller = { admin, by: "direct", remote: request.via.remote };
  return carryOut(node, caller, callOf(request.method, path, reading.scope, query, { input, output, body }));
}

function formatOf(query: Parameters, name: string): RestFormat | undefined {
  const word = parameter(query, name) ?? "json";
  return word === "json" || word === "xml" ? word : undefined;
}

function callOf(
  method: string,
  path: RestPath,
  scope: RestScope,
  query: Parameters,
  formats: Pick<RestCall, "input" | "output" | "body">,
): RestCall {
  const given = (name: string): string | undefined => parameter(query, name);
  return {
    method,
    action: path.action,
    scope,
    name: given("name"),
    newName: given("newname"),
    where: given("where"),
    target: given("dst"),
    ...formats,
  };
}

function list(scope: RestScope, query: Parameters, format: RestFormat): HttpReply {
  const name = parameter(query, "name");
  const found = name === undefined ? scope.entries : scope.entries.filter((entry) => attribute(entry, "name") === name);
  if (name !== undefined && found.length === 0)
    return restError("not-found", CODES.notPresent, `Object Not Present: ${name} does not exist`);
  return restEntries(
    found.map((entry) => placed(entry, scope)),
    format,
  );
}

/** An entry that tells where it is, right behind its name. */
function placed(entry: XmlElement, { place }: RestScope): XmlElement {
  const [name, ...others] = entry.attributes;
  return { ...entry, attributes: name === undefined ? place : [name, ...place, ...others] };
}
