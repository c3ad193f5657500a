import { type Headers, type HttpReply, type JsonValue, json, text } from "@understudy/kernel";
import type { XmlElement } from "../xml/tree.ts";
import { writeXml, xml } from "../xml/write.ts";
import { jsonOf } from "./json-xml.ts";

/** Kinds of failure, with their code, HTTP status and name. */
const FAILURES = {
  "bad-request": [3, 400, "Bad Request"],
  "not-found": [5, 404, "Object Not Present"],
  conflict: [6, 409, "Conflict"],
  forbidden: [7, 403, "Forbidden"],
  precondition: [9, 400, "Failed Precondition"],
  "not-implemented": [12, 501, "Not Implemented"],
  unauthenticated: [16, 401, "Unauthenticated"],
} as const;
export type RestFailure = keyof typeof FAILURES;

export type RestFormat = "json" | "xml";

const JSON_TYPE: Headers = Object.freeze([["Content-Type", "application/json; charset=UTF-8"] as const]);
const XML_TYPE: Headers = Object.freeze([["Content-Type", "application/xml; charset=UTF-8"] as const]);

/** A failure. `inner` is the code the XML API would give. */
export function restError(failure: RestFailure, inner: number, description: string): HttpReply {
  const [code, status, message] = FAILURES[failure];
  const causes = [{ code: inner, module: "panui_mgmt", description }];
  const body = { code, message, details: [{ "@type": "CauseInfo", causes }] };
  return { status, headers: JSON_TYPE, body: json(body) };
}

/** A write that was carried out. */
export function restWritten(format: RestFormat): HttpReply {
  if (format === "xml")
    return xmlReply(xml`<response status="success" code="20"><msg>command succeeded</msg></response>`.markup);
  return {
    status: 200,
    headers: JSON_TYPE,
    body: json({ "@status": "success", "@code": "20", msg: "command succeeded" }),
  };
}

/** Entries that were asked for. */
export function restEntries(entries: readonly XmlElement[], format: RestFormat): HttpReply {
  const count = String(entries.length);
  if (format === "xml")
    return xmlReply(
      xml`<response status="success" code="19"><result total-count="${count}" count="${count}">${writeXml(entries)}</result></response>`
        .markup,
    );
  const entry: readonly JsonValue[] = entries.map(jsonOf);
  const found = { "@total-count": count, "@count": count, entry };
  return { status: 200, headers: JSON_TYPE, body: json({ "@status": "success", "@code": "19", result: found }) };
}

const xmlReply = (markup: string): HttpReply => ({ status: 200, headers: XML_TYPE, body: text(markup) });
