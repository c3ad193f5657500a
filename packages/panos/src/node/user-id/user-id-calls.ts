import { type Answer, badRequest, MALFORMED, result } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { readXml } from "../../wire/xml/read.ts";
import { child, childText, descend, element, type XmlElement } from "../../wire/xml/tree.ts";
import { type Markup, writeXml, xml } from "../../wire/xml/write.ts";
import { missing } from "../api/answer-call.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { applyUidMessage, type UidComplaint } from "./apply-uid-message.ts";
import { aliveOnly, NO_DYNAMIC_OBJECTS } from "./dynamic-objects.ts";
import { userIdLogs } from "./user-id-logs.ts";

/** Answers `type=user-id`: the message stands in `cmd`, or in the uploaded file. */
export async function answerUserId(node: RecordingNode, call: ApiCall, caller: Caller): Promise<Answer> {
  const source = call.file?.content ?? parameter(call.parameters, "cmd");
  if (source === undefined || source.length === 0) return missing("cmd");
  const reading = readXml(source);
  if (!reading.ok) return MALFORMED;
  if (reading.root.name !== "uid-message") return badRequest("uid-message expected");
  const payload = payloadOf(reading.root);
  const version = childText(reading.root, "version") ?? "2.0";
  const vsys = caller.vsys ?? "vsys1";
  const { answer, logs } = await node.change((state, now) => {
    const before = aliveOnly(state.dynamic ?? NO_DYNAMIC_OBJECTS, now);
    const { objects, complaints } = applyUidMessage(before, payload, now, vsys);
    const outcome = { answer: told(version, complaints), logs: userIdLogs(before, objects, now, vsys) };
    return { state: { ...state, dynamic: objects }, result: outcome };
  });
  if (logs.length > 0) await node.note(logs);
  return answer;
}

/** Devices find the payload inside `type` too; pan-python's own tests put it there. */
const payloadOf = (message: XmlElement): XmlElement =>
  child(message, "payload") ?? descend(message, "type", "payload") ?? element("payload");

function told(version: string, complaints: readonly UidComplaint[]): Answer {
  if (complaints.length === 0) return result(xml`<uid-response><version>${version}</version><payload/></uid-response>`);
  const kinds = Map.groupBy(complaints, ({ kind }) => kind);
  const parts: Markup[] = [...kinds].map(([kind, of]) => {
    const entries = of.map(({ attributes, message }) =>
      element("entry", [], [...Object.entries(attributes), ["message", message]]),
    );
    return writeXml(element(kind, entries));
  });
  return {
    kind: "document",
    body: xml`<response status="error"><msg><line><uid-response><version>${version}</version><payload>${parts}</payload></uid-response></line></msg></response>`,
  };
}
