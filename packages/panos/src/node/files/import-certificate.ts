import { type Answer, badRequest, CODES, refused, resultText } from "../../wire/api/answer.ts";
import { type ApiCall, parameter, type UploadedFile } from "../../wire/api/request.ts";
import { leaves } from "../../wire/xml/write.ts";
import { type CertificateFile, readContainer, readPem } from "../certificates/certificate-file.ts";
import type { ConfigChange } from "../config/change.ts";
import { obstacle, toldOf } from "../config/outcome.ts";
import { illegal } from "../jobs/ask-calls.ts";
import { configLog } from "../logs/logged.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { certificateEntry, certificatePath, configuredCertificate, contentOf, keyLeaf } from "./certificates.ts";

/** A certificate file under the name that it is to have. */
interface Named {
  readonly name: string;
  readonly content: CertificateFile;
}

const failed = (file: UploadedFile, why: string): Answer =>
  refused(CODES.invalidObject, `Import of ${file.name} failed. ${why}`);
const WHY: Readonly<Record<string, string>> = {
  passphrase: "The passphrase is wrong.",
  "unknown-cipher": "It is encrypted in a way that is not supported.",
};
const FORMATS: Readonly<Record<string, string>> = { pem: "PEM", pkcs12: "PKCS12" };

/** What a call says of the certificate, and what its file holds; an answer when either will not do. */
function readNamed(file: UploadedFile, call: ApiCall): Named | Answer {
  const given = (name: string): string => parameter(call.parameters, name) ?? "";
  const [name, passphrase, format] = [given("certificate-name"), given("passphrase"), formatOf(call)];
  if (name === "") return badRequest('Parameter "certificate-name" is required while importing certificate');
  if (!Object.hasOwn(FORMATS, format)) return illegal("format", format);
  if (format === "pkcs12" && passphrase === "")
    return badRequest('Parameter "passphrase" is required while importing certificate as pkcs12');
  const reading =
    format === "pkcs12"
      ? readContainer(file.content, passphrase)
      : readPem(Buffer.from(file.content).toString("latin1"), passphrase);
  if (reading.ok) return { name, content: reading.content };
  return failed(file, WHY[reading.why] ?? `It cannot be read in ${FORMATS[format]} format.`);
}

const formatOf = (call: ApiCall): string => parameter(call.parameters, "format") ?? "pem";
const holdsNo = (file: UploadedFile, call: ApiCall, what: string): Answer =>
  failed(file, `It holds no ${what} in ${FORMATS[formatOf(call)]} format.`);
const isNamed = (of: Named | Answer): of is Named => "content" in of && "name" in of && !("kind" in of);

/** A certificate goes into the candidate configuration, with its private key when the file holds one. */
export function importCertificate(
  node: RecordingNode,
  file: UploadedFile,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  return importBoth(node, file, call, caller, "if-present");
}

/** A certificate together with its key, which must be there. */
export function importKeyPair(
  node: RecordingNode,
  file: UploadedFile,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  return importBoth(node, file, call, caller, "required");
}

function importBoth(
  node: RecordingNode,
  file: UploadedFile,
  call: ApiCall,
  caller: Caller,
  keyIs: "required" | "if-present",
): Answer | Promise<Answer> {
  const named = readNamed(file, call);
  if (!isNamed(named)) return named;
  const { certificate, key } = named.content;
  if (certificate === undefined) return holdsNo(file, call, "certificate");
  if (keyIs === "required" && key === undefined) return holdsNo(file, call, "private key");
  if (key !== undefined && !certificate.checkPrivateKey(key)) return failed(file, MISMATCH);
  const element = certificateEntry(named.name, certificate, key).markup;
  return put(node, { action: "edit", xpath: certificatePath(node, named.name), element }, named.name, caller);
}

const MISMATCH = "The private key does not belong to the certificate.";

/** The private key of a certificate that is there already. */
export function importPrivateKey(
  node: RecordingNode,
  file: UploadedFile,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  const named = readNamed(file, call);
  if (!isNamed(named)) return named;
  const { key } = named.content;
  if (key === undefined) return holdsNo(file, call, "private key");
  const entry = configuredCertificate(node, named.name);
  if (entry === undefined) return refused(CODES.notPresent, `certificate ${named.name} does not exist`);
  if (contentOf(entry).certificate?.checkPrivateKey(key) === false) return failed(file, MISMATCH);
  const element = leaves(keyLeaf(key)).markup;
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
