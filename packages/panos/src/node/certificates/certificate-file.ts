import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readPkcs12 } from "./pkcs12.ts";

/** What a file with a certificate, a private key or both holds. The key is there only if it could be opened. */
export interface CertificateFile {
  readonly certificate?: X509Certificate;
  readonly key?: KeyObject;
}

export type CertificateReading =
  | { readonly ok: true; readonly content: CertificateFile }
  | { readonly ok: false; readonly why: "malformed" | "passphrase" | "unknown-cipher" };

const CERTIFICATE = /-----BEGIN (CERTIFICATE|TRUSTED CERTIFICATE)-----[\s\S]+?-----END \1-----/;
const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/;

/** Reads a PEM file: its first certificate and its first private key. */
export function readPem(text: string, passphrase: string): CertificateReading {
  const [block] = CERTIFICATE.exec(text) ?? [];
  const certificate = block === undefined ? undefined : parsed(block);
  if (block !== undefined && certificate === undefined) return { ok: false, why: "malformed" };
  const [locked] = PRIVATE_KEY.exec(text) ?? [];
  const key = locked === undefined ? undefined : opened({ key: locked, format: "pem", passphrase });
  if (locked !== undefined && key === undefined)
    return { ok: false, why: /ENCRYPTED/.test(locked) ? "passphrase" : "malformed" };
  return { ok: true, content: filled(certificate, key) };
}

/** Reads a PKCS #12 file: its private key, and the certificate that belongs to it; without a key, the first one. */
export function readContainer(file: Uint8Array, passphrase: string): CertificateReading {
  const reading = readPkcs12(file, passphrase);
  if (!reading.ok) return reading;
  const { certificates, key: pkcs8 } = reading.content;
  const key =
    pkcs8 === undefined ? undefined : opened({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8", passphrase: "" });
  if (pkcs8 !== undefined && key === undefined) return { ok: false, why: "malformed" };
  const all = certificates.flatMap((der) => parsed(Buffer.from(der)) ?? []);
  const own = key === undefined ? undefined : all.find((certificate) => certificate.checkPrivateKey(key));
  return { ok: true, content: filled(own ?? all[0], key) };
}

const filled = (certificate: X509Certificate | undefined, key: KeyObject | undefined): CertificateFile => ({
  ...(certificate === undefined ? {} : { certificate }),
  ...(key === undefined ? {} : { key }),
});

function parsed(source: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(source);
  } catch {
    return undefined; // not a certificate at all
  }
}

function opened(source: Exclude<Parameters<typeof createPrivateKey>[0], string | Buffer>): KeyObject | undefined {
  try {
    return createPrivateKey(source);
  } catch {
    return undefined; // not a key, or the passphrase is another one
  }
}
