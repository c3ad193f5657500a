import { type Answer, CODES, MALFORMED, refused, resultText } from "../../wire/api/answer.ts";
import type { ApiCall, UploadedFile } from "../../wire/api/request.ts";
import { readXml } from "../../wire/xml/read.ts";
import type { XmlElement } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import { obstacle } from "../config/outcome.ts";
import { configLog } from "../logs/logged.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { unpacked } from "./archive.ts";

const configurationOf = (content: Uint8Array): XmlElement | undefined => {
  const reading = readXml(content);
  return reading.ok && reading.root.name === "config" ? reading.root : undefined;
};

/** A configuration becomes a saved one, named as its file. */
export async function importConfiguration(node: RecordingNode, file: UploadedFile): Promise<Answer> {
  const root = configurationOf(file.content);
  if (root === undefined) return MALFORMED;
  if (file.name === "" || file.name.length > 64)
    return refused(CODES.invalidObject, `${file.name} is not a valid name`);
  const { document, lastDocument } = await node.config.prepare(node.state.config, root);
  await node.change((state) => {
    const saved = { ...state.config.saved, [file.name]: document };
    return { state: { ...state, config: { ...state.config, lastDocument, saved } }, result: undefined };
  });
  return resultText(`${file.name} saved`);
}

/** The configuration of an exported device state becomes the candidate. */
export async function importDeviceState(
  node: RecordingNode,
  file: UploadedFile,
  _call: ApiCall,
  caller: Caller,
): Promise<Answer> {
  const content = unpacked(file.content)?.find(({ name }) => name === "running-config.xml")?.content;
  const root = content === undefined ? undefined : configurationOf(content);
  if (root === undefined) return refused(CODES.invalidObject, `${file.name} is not a valid device state`);
  const change = { action: "load", xpath: "/config", element: writeXml(root).markup } as const;
  const locked = obstacle(node, [change], caller.admin);
  if (locked !== undefined) return locked;
  await node.config.change(change, caller.admin, node.now());
  await node.note([configLog(node, caller, "load", "device-state", "Succeeded")]);
  return resultText(`${file.name} saved`);
}
