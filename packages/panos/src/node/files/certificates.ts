import type { KeyObject, X509Certificate } from "node:crypto";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../../wire/xml/tree.ts";
import { leaves, type Markup, NO_MARKUP, xml } from "../../wire/xml/write.ts";
import { literal } from "../../wire/xpath/ast.ts";
import { type CertificateFile, readPem } from "../certificates/certificate-file.ts";
import type { ConfiguredNode } from "../node.ts";

const HOLDERS = [["shared"], ["panorama"]] as const;

/** The certificate of that name in the candidate configuration: shared, Panorama's own, or of a vsys. */
export function configuredCertificate(node: ConfiguredNode, name: string): XmlElement | undefined {
  const { candidate } = node.config;
  const vsys = childrenNamed(descend(candidate, "devices", "entry", "vsys") ?? candidate, "entry");
  for (const scope of [...HOLDERS.map((path) => descend(candidate, ...path)), ...vsys]) {
    const holder = descend(scope, "certificate");
    const found = holder && childrenNamed(holder, "entry").find((entry) => attribute(entry, "name") === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where an imported certificate of that name is put. */
export const certificatePath = (node: ConfiguredNode, name: string): string =>
  `/config/${node.profile.kind === "panorama" ? "panorama" : "shared"}/certificate/entry[@name=${literal(name)}]`;

/** A certificate as a configuration entry, with its private key where there is one. */
export function certificateEntry(name: string, certificate: X509Certificate, key: KeyObject | undefined): Markup {
  const subject = oneLine(certificate.subject);
  const fields = leaves({
    "not-valid-before": certificate.validFrom,
    issuer: oneLine(certificate.issuer),
    "not-valid-after": certificate.validTo,
    "common-name": /(?:^|\/)CN=([^/]*)/.exec(subject)?.[1] ?? name,
    "expiry-epoch": Math.floor(certificate.validToDate.getTime() / 1000),
    ca: certificate.ca ? "yes" : "no",
    subject,
    "public-key": `${certificate.toString().trimEnd()}\n`,
    algorithm: certificate.publicKey.asymmetricKeyType === "ec" ? "EC" : "RSA",
  });
  return xml`<entry name="${name}">${fields}${key === undefined ? NO_MARKUP : leaves(keyLeaf(key))}</entry>`;
}

/** A private key as a leaf of a configuration entry. */
export const keyLeaf = (key: KeyObject): { readonly "private-key": string } => ({
  "private-key": String(key.export({ type: "pkcs8", format: "pem" })),
});

/** `O=x\nCN=y` as `/O=x/CN=y`. */
const oneLine = (name: string | undefined): string =>
  (name ?? "")
    .split("\n")
    .map((part) => `/${part}`)
    .join("");

/** What a configuration entry holds, as far as it can be read. Sealed keys cannot. */
export function contentOf(entry: XmlElement): CertificateFile {
  const read = (name: string): CertificateFile => {
    const reading = readPem(childText(entry, name) ?? "", "");
    return reading.ok ? reading.content : {};
  };
  return { ...read("public-key"), ...read("private-key") };
}
