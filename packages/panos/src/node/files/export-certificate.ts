import { type Answer, badRequest, CODES, refused } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import type { CertificateFile } from "../certificates/certificate-file.ts";
import { encryptedKeyPem } from "../certificates/password-encryption.ts";
import { signingRequest } from "../certificates/pkcs10.ts";
import { writePkcs12 } from "../certificates/pkcs12.ts";
import type { Bytes } from "../certificates/pkcs12-key.ts";
import { illegal } from "../jobs/ask-calls.ts";
import type { RecordingNode } from "../node.ts";
import { configuredCertificate, contentOf } from "./certificates.ts";
import { file } from "./file-answer.ts";
import { isPredefinedRoot, PREDEFINED_ROOT_PEM } from "./predefined-roots.ts";

const isRequired = (name: string, what = "certificate"): Answer =>
  badRequest(`Parameter "${name}" is required while exporting ${what}`);
const noKey = (name: string): Answer => refused(CODES.notPresent, `certificate ${name} has no private key`);

/** Exports a certificate as PEM, as PKCS #12, or a signing request for it (PKCS #10). */
export function exportCertificate(node: RecordingNode, call: ApiCall): Answer {
  const given = (name: string): string => parameter(call.parameters, name) ?? "";
  const [name, format, passphrase] = [given("certificate-name"), given("format"), given("passphrase")];
  if (format === "") return isRequired("format");
  if (name === "") return isRequired("certificate-name");
  if (format !== "pem" && format !== "pkcs12" && format !== "pkcs10") return illegal("format", format);
  const withKey = given("include-key") === "yes";
  if (passphrase === "" && withKey && format !== "pkcs10") return isRequired("passphrase", "certificate with key");
  if (passphrase === "" && format === "pkcs12") return isRequired("passphrase", "certificate as pkcs12");
  const entry = configuredCertificate(node, name);
  if (entry === undefined && isPredefinedRoot(name) && format === "pem" && !withKey)
    return file(`${name}.pem`, PREDEFINED_ROOT_PEM);
  if (entry === undefined) return refused(CODES.notPresent, `certificate ${name} does not exist`);
  const content = contentOf(entry);
  const bytes: Bytes = (count) => node.stream("certificate-export").bytes(count);
  if (content.certificate === undefined) return refused(CODES.invalidObject, `certificate ${name} cannot be read`);
  switch (format) {
    case "pem":
      return asPem(name, content, withKey ? passphrase : undefined, bytes);
    case "pkcs12":
      return asContainer(name, content, { withKey, passphrase }, bytes);
    case "pkcs10":
      return asRequest(name, content);
  }
}

/** With the key, encrypted, when there is a passphrase. */
function asPem(
  name: string,
  { certificate, key }: CertificateFile,
  passphrase: string | undefined,
  bytes: Bytes,
): Answer {
  const pem = `${certificate?.toString().trimEnd() ?? ""}\n`;
  if (passphrase === undefined) return file(`${name}.pem`, pem);
  if (key === undefined) return noKey(name);
  return file(`${name}.pem`, pem + encryptedKeyPem(passphrase, key.export({ type: "pkcs8", format: "der" }), bytes));
}

function asContainer(
  name: string,
  { certificate, key }: CertificateFile,
  { withKey, passphrase }: { readonly withKey: boolean; readonly passphrase: string },
  bytes: Bytes,
): Answer {
  if (withKey && key === undefined) return noKey(name);
  const content = {
    certificates: certificate === undefined ? [] : [certificate.raw],
    ...(withKey && key !== undefined ? { key: key.export({ type: "pkcs8", format: "der" }) } : {}),
  };
  return file(`${name}.p12`, writePkcs12(content, name, passphrase, bytes));
}

function asRequest(name: string, { certificate, key }: CertificateFile): Answer {
  if (key === undefined) return noKey(name);
  const request = certificate && signingRequest(certificate, key);
  return request === undefined
    ? refused(CODES.notPossible, `no signing request can be made for certificate ${name}`)
    : file(`${name}.csr`, request);
}
