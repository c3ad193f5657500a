// oxlint-disable-next-line no-restricted-imports -- RSA signs without chance; the chance in an EC signature reaches no state and no event.
import { type KeyObject, sign, type X509Certificate } from "node:crypto";
import { der, inside, integer, NOTHING, oid, readOne, sequence, TAGS, tagged } from "./der.ts";

const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const SHA256_WITH_ECDSA = "1.2.840.10045.4.3.2";

/**
 * A certificate signing request for the subject and key of a certificate, as PEM. `undefined` when the key is neither RSA nor EC,
 * or the certificate cannot be read.
 */
export function signingRequest(certificate: X509Certificate, key: KeyObject): string | undefined {
  const [toBeSigned] = inside(readOne(certificate.raw)) ?? [];
  const fields = inside(toBeSigned) ?? [];
  // version [0], serial, algorithm, issuer, validity, subject, key; the version may be missing
  const at = fields[0]?.tag === TAGS.context ? 5 : 4;
  const [subject, publicKey] = [fields[at], fields[at + 1]];
  const algorithm = algorithmOf(key);
  if (subject === undefined || publicKey === undefined || algorithm === undefined) return undefined;
  const info = sequence(integer(0), subject.whole, publicKey.whole, tagged(0));
  const signature = sign("sha256", info, key);
  const request = sequence(info, algorithm, der(TAGS.bitString, Buffer.from([0]), signature));
  const text = request.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${text.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}

function algorithmOf(key: KeyObject): Buffer | undefined {
  if (key.asymmetricKeyType === "rsa") return sequence(oid(SHA256_WITH_RSA), NOTHING);
  return key.asymmetricKeyType === "ec" ? sequence(oid(SHA256_WITH_ECDSA)) : undefined;
}
