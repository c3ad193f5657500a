import { X509Certificate } from "node:crypto";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../../wire/xml/tree.ts";
import { leaves, type Markup, NO_MARKUP, xml } from "../../wire/xml/write.ts";
import { literal } from "../../wire/xpath/ast.ts";
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

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/;

/** The first private key of a PEM file, as it stands there; `undefined` when it holds none. */
export const privateKeyOf = (pem: string): string | undefined => PRIVATE_KEY.exec(pem)?.[0];

/** The first certificate of a PEM file as the content of a configuration entry; `undefined` when it holds none. */
export function certificateEntry(name: string, pem: string): Markup | undefined {
  const certificate = parsed(CERTIFICATE.exec(pem)?.[0]);
  if (certificate === undefined) return undefined;
  const subject = oneLine(certificate.subject);
  const key = privateKeyOf(pem);
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
  return xml`<entry name="${name}">${fields}${key === undefined ? NO_MARKUP : leaves({ "private-key": `${key}\n` })}</entry>`;
}

/** `O=x\nCN=y` as `/O=x/CN=y`. */
const oneLine = (name: string | undefined): string =>
  (name ?? "")
    .split("\n")
    .map((part) => `/${part}`)
    .join("");

function parsed(pem: string | undefined): X509Certificate | undefined {
  if (pem === undefined) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // not a certificate at all
  }
}

/** The PEM text of a configured certificate, with its private key when that is asked for. `undefined`: there is no key, or it cannot be unsealed. */
export function exportedPem(entry: XmlElement, part: "certificate" | "with-key"): string | undefined {
  const certificate = ended(childText(entry, "public-key") ?? "");
  if (part === "certificate") return certificate;
  const key = privateKeyOf(childText(entry, "private-key") ?? "");
  return key === undefined ? undefined : certificate + ended(key);
}

const ended = (pem: string): string => (pem === "" || pem.endsWith("\n") ? pem : `${pem}\n`);
