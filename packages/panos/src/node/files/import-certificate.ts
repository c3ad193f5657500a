import { type Answer, badRequest, CODES, refused, resultText } from "../../wire/api/answer.ts";
import { type ApiCall, parameter, type UploadedFile } from "../../wire/api/request.ts";
import { leaves } from "../../wire/xml/write.ts";
import type { ConfigChange } from "../config/change.ts";
import { obstacle, toldOf } from "../config/outcome.ts";
import { illegal } from "../jobs/ask-calls.ts";
import { configLog } from "../logs/logged.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { certificateEntry, certificatePath, configuredCertificate, privateKeyOf } from "./certificates.ts";

interface Naming {
  readonly name: string;
  readonly pem: string;
}

/** What a call says of the certificate, and the text of its file; an answer when either will not do. */
function naming(file: UploadedFile, call: ApiCall): Naming | Answer {
  const name = parameter(call.parameters, "certificate-name") ?? "";
  if (name === "") return badRequest('Parameter "certificate-name" is required while importing certificate');
  const format = parameter(call.parameters, "format") ?? "pem";
  if (format === "pkcs12")
    return refused(CODES.notPossible, "pkcs12 is not simulated; certificates are imported as pem");
  if (format !== "pem") return illegal("format", format);
  return { name, pem: Buffer.from(file.content).toString("latin1") };
}

const isNaming = (of: Naming | Answer): of is Naming => "pem" in of;
const invalid = (file: UploadedFile, what: string): Answer =>
  refused(CODES.invalidObject, `Import of ${file.name} failed. It holds no ${what} in PEM format.`);

/** A certificate goes into the candidate configuration, with its private key when the file holds one. */
export function importCertificate(
  node: RecordingNode,
  file: UploadedFile,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  const named = naming(file, call);
  if (!isNaming(named)) return named;
  const entry = certificateEntry(named.name, named.pem);
  if (entry === undefined) return invalid(file, "certificate");
  const xpath = certificatePath(node, named.name);
  return put(node, { action: "edit", xpath, element: entry.markup }, named.name, caller);
}

/** A certificate together with its key, which must be there and have a passphrase. */
export function importKeyPair(
  node: RecordingNode,
  file: UploadedFile,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  const named = naming(file, call);
  if (!isNaming(named)) return named;
  if (privateKeyOf(named.pem) === undefined) return invalid(file, "private key");
  return importCertificate(node, file, call, caller);
}

/** The private key of a certificate that is there already. */
export function importPrivateKey(
  node: RecordingNode,
  file: UploadedFile,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  const named = naming(file, call);
  if (!isNaming(named)) return named;
  const key = privateKeyOf(named.pem);
  if (key === undefined) return invalid(file, "private key");
  if (configuredCertificate(node, named.name) === undefined)
    return refused(CODES.notPresent, `certificate ${named.name} does not exist`);
  const element = leaves({ "private-key": `${key}\n` }).markup;
  return put(node, { action: "set", xpath: certificatePath(node, named.name), element }, named.name, caller);
}

async function put(node: RecordingNode, change: ConfigChange, name: string, caller: Caller): Promise<Answer> {
  const locked = obstacle(node, [change], caller.admin);
  if (locked !== undefined) return locked;
  const edited = await node.config.change(change, caller.admin, node.now());
  await node.note([
    configLog(node, caller, change.action, change.xpath, edited.kind === "refused" ? "Failed" : "Succeeded"),
  ]);
  return edited.kind === "refused"
    ? toldOf(edited)
    : resultText(`Successfully imported ${name} into candidate configuration`);
}
