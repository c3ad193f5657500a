import { createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Extension } from "@peculiar/x509";
import type { CertificateAndKey } from "../network/network.ts";
import { loadX509 } from "./load-x509.ts";

/** A certificate to be issued. */
export interface CertificateOrder {
  readonly commonName: string;
  readonly use: "server" | "client";
  /** Host names and IP addresses it is valid for. */
  readonly names: readonly string[];
  readonly days: number;
}

/** Who signs certificates. */
export interface Issuer {
  /** With a P-256 key of its own. */
  issue(order: CertificateOrder): Promise<CertificateAndKey>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const AUTHORITY_NAME = "CN=Understudy local authority, O=Understudy";
const USES = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

/** A self-signed authority; `key` (PEM) is used when it is there already. */
export async function makeAuthority(key?: string): Promise<CertificateAndKey> {
  const x509 = await loadX509();
  const keys = key === undefined ? await newKeys() : await importKeys(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerial(),
      name: AUTHORITY_NAME,
      ...validity(AUTHORITY_DAYS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificate: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

/** The issuer of an authority. */
export async function issuerOf(authority: CertificateAndKey): Promise<Issuer> {
  const x509 = await loadX509();
  const signing = await importKeys(authority.key);
  const issuer = new X509Certificate(authority.certificate);
  return {
    async issue(order) {
      const keys = await newKeys();
      const extensions: Extension[] = [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([USES[order.use]]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        await x509.AuthorityKeyIdentifierExtension.create(signing.publicKey, false, webcrypto),
      ];
      if (order.names.length > 0) {
        const names = order.names.map((value) => ({
          type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const),
          value,
        }));
        extensions.push(new x509.SubjectAlternativeNameExtension(names));
      }
      const certificate = await x509.X509CertificateGenerator.create(
        {
          serialNumber: newSerial(),
          subject: [{ CN: [order.commonName] }],
          issuer: new x509.X509Certificate(issuer.raw).subject,
          ...validity(order.days),
          signingAlgorithm: ALGORITHM,
          publicKey: keys.publicKey,
          signingKey: signing.privateKey,
          extensions,
        },
        webcrypto,
      );
      return { certificate: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
    },
  };
}

/** Valid from a day ago: stand-ins and their users have clocks that are wrong. */
function validity(days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) };
}

/** 127 random bits: positive, as the standard wants it. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

async function importKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(pem);
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, ALGORITHM, true, ["verify"]),
  };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  return String(
    createPrivateKey({ key: Buffer.from(der), type: "pkcs8", format: "der" }).export({ type: "pkcs8", format: "pem" }),
  );
}
