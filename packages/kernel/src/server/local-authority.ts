import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { UnderstudyError } from "../errors/understudy-error.ts";
import { type CertificateAndKey, type Issuer, issuerOf, makeAuthority } from "./certificates.ts";
import { readPem, writePem } from "./pem-file.ts";

/** Always in the server's certificate, besides the names that are given. */
const LOCAL_NAMES: readonly string[] = ["localhost", "127.0.0.1", "::1"];

const SERVER_DAYS = 397;
/** A kept server certificate with less left is issued anew. */
const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * A certificate authority of one's own, made once and kept in a folder: `ca.pem` and `ca.key` (mode 0600), and the server's
 * `server.pem` and `server.key`. For live servers: it reads the machine's time and uses its chance.
 */
export class LocalAuthority {
  /** The authority's certificate, PEM: what clients are to trust. */
  readonly certificate: string;
  /** Where it lies. */
  readonly path: string;
  readonly #folder: string;
  readonly #issuer: Issuer;

  private constructor(folder: string, certificate: string, issuer: Issuer) {
    this.#folder = folder;
    this.path = join(folder, "ca.pem");
    this.certificate = certificate;
    this.#issuer = issuer;
  }

  /** Opens the authority of a folder, and makes it where there is none. Throws when its key is gone or does not fit. */
  static async open(folder: string): Promise<LocalAuthority> {
    const absolute = resolve(folder);
    await mkdir(absolute, { recursive: true, mode: 0o700 });
    const { certificate, key } = await openPair(absolute);
    return new LocalAuthority(absolute, certificate, await issuerOf({ certificate, key }));
  }

  /** The server's certificate with its chain, and its key: the kept one, unless the names changed or it ends soon. */
  async serverCertificate(names: readonly string[]): Promise<CertificateAndKey> {
    const wanted = [...new Set([...LOCAL_NAMES, ...names])];
    const certificate = await readPem(join(this.#folder, "server.pem"));
    const key = await readPem(join(this.#folder, "server.key"));
    if (certificate !== undefined && key !== undefined && this.#isUsable(certificate, key, wanted))
      return { certificate, key };
    const issued = await this.#issuer.issue({
      commonName: names[0] ?? "localhost",
      use: "server",
      names: wanted,
      days: SERVER_DAYS,
    });
    const chain = { certificate: `${issued.certificate}\n${this.certificate}`, key: issued.key };
    await writePem(join(this.#folder, "server.key"), chain.key, "secret");
    await writePem(join(this.#folder, "server.pem"), chain.certificate, "public");
    return chain;
  }

  /** A client's certificate, such as a device's: each its own key. Nothing is kept; `days` defaults to 3650. */
  clientCertificate(commonName: string, days = 3650): Promise<CertificateAndKey> {
    return this.#issuer.issue({ commonName, use: "client", names: [], days });
  }

  /** Lines that tell a person where the authority is and how to trust it. */
  get advice(): readonly string[] {
    return [
      `TLS certificates come from a local authority: ${this.path}`,
      `  curl:    curl --cacert ${this.path} https://…`,
      `  Node:    NODE_EXTRA_CA_CERTS=${this.path} node …`,
      `  machine: cp ${this.path} /usr/local/share/ca-certificates/understudy.crt && update-ca-certificates`,
    ];
  }

  #isUsable(certificate: string, key: string, names: readonly string[]): boolean {
    try {
      const parsed = new X509Certificate(certificate);
      const left = parsed.validToDate.getTime() - Date.now();
      return (
        left > RENEW_DAYS * DAY_MS &&
        parsed.checkPrivateKey(createPrivateKey(key)) &&
        parsed.verify(new X509Certificate(this.certificate).publicKey) &&
        sameNames(parsed, names)
      );
    } catch {
      return false; // A file that is no certificate or no key is replaced.
    }
  }
}

function sameNames(certificate: X509Certificate, names: readonly string[]): boolean {
  const count = (certificate.subjectAltName ?? "").split(", ").length;
  const covers = (name: string): boolean =>
    (isIP(name) === 0 ? certificate.checkHost(name, { wildcards: false }) : certificate.checkIP(name)) !== undefined;
  return count === names.length && names.every(covers);
}

/** The key is written first and only once, so that two processes that start together share it. */
async function openPair(folder: string): Promise<CertificateAndKey> {
  const at = { certificate: join(folder, "ca.pem"), key: join(folder, "ca.key") };
  const certificate = await readPem(at.certificate);
  const key = await readPem(at.key);
  if (certificate !== undefined && key !== undefined) return checked(at, { certificate, key });
  if (certificate !== undefined) {
    throw new UnderstudyError(
      "authority-key-missing",
      `${at.key} is missing; put it back, or remove ${at.certificate} to make a new authority.`,
    );
  }
  const made = await makeAuthority(key);
  const won = key !== undefined || (await writePem(at.key, made.key, "secret-once"));
  if (!won) return openPair(folder);
  await writePem(at.certificate, made.certificate, "public");
  return made;
}

function checked(at: CertificateAndKey, pair: CertificateAndKey): CertificateAndKey {
  try {
    if (new X509Certificate(pair.certificate).checkPrivateKey(createPrivateKey(pair.key))) return pair;
  } catch (cause) {
    throw new UnderstudyError(
      "authority-unreadable",
      `${at.certificate} or ${at.key} cannot be read; remove both to make a new authority.`,
      { ...at },
      { cause },
    );
  }
  throw new UnderstudyError(
    "authority-mismatch",
    `${at.key} is not the key of ${at.certificate}; remove both to make a new authority.`,
  );
}
