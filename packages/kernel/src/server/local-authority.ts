import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { UnderstudyError } from "../errors/understudy-error.ts";
import type { CertificateAndKey } from "../network/network.ts";
import { type Issuer, issuerOf, makeAuthority } from "./certificates.ts";
import { folderOfPems, memoryOfPems, type PemPlace } from "./pem-place.ts";

/** Always in the server's certificate, besides the names that are given. */
const LOCAL_NAMES: readonly string[] = ["localhost", "127.0.0.1", "::1"];

const SERVER_DAYS = 397;
/** A kept server certificate with less left is issued anew. */
const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * A certificate authority of one's own, made once and kept in a folder: `ca.pem` and `ca.key` (mode 0600), the server's
 * `server.pem` and `server.key`, and in `issued` what others got. For live servers: it reads the machine's time and uses its chance.
 */
export class LocalAuthority {
  /** The authority's certificate, PEM: what clients are to trust. */
  readonly certificate: string;
  readonly #place: PemPlace;
  readonly #issuer: Issuer;
  readonly #issuing = new Map<string, Promise<CertificateAndKey>>();

  private constructor(place: PemPlace, certificate: string, issuer: Issuer) {
    this.#place = place;
    this.certificate = certificate;
    this.#issuer = issuer;
  }

  /**
   * Opens the authority of a folder, and makes it where there is none. Throws when its key is gone or does not fit. Without a
   * folder it lasts as long as the process.
   */
  static async open(folder?: string): Promise<LocalAuthority> {
    const place = folder === undefined ? memoryOfPems() : await folderOfPems(folder);
    const { certificate, key } = await openPair(place);
    return new LocalAuthority(place, certificate, await issuerOf({ certificate, key }));
  }

  /** Where its certificate lies; `undefined` without a folder. */
  get path(): string | undefined {
    return this.#place.path("ca.pem");
  }

  /** The server's certificate with its chain, and its key: the kept one, unless the names changed or it ends soon. */
  serverCertificate(names: readonly string[]): Promise<CertificateAndKey> {
    return this.#kept("server", names[0] ?? "localhost", [...new Set([...LOCAL_NAMES, ...names])]);
  }

  /** The certificate of another listener, such as a device's, with a key of its own: the same one for the same names, until it ends soon. */
  certificateFor(names: readonly string[]): Promise<CertificateAndKey> {
    const wanted = [...new Set(names)];
    const file = `issued/${createHash("sha256").update(wanted.join("\n")).digest("hex").slice(0, 32)}`;
    const making = this.#issuing.get(file) ?? this.#kept(file, wanted[0] ?? "localhost", wanted);
    this.#issuing.set(file, making);
    return making.finally(() => this.#issuing.delete(file));
  }

  async #kept(file: string, commonName: string, names: readonly string[]): Promise<CertificateAndKey> {
    const certificate = await this.#place.read(`${file}.pem`);
    const key = await this.#place.read(`${file}.key`);
    if (certificate !== undefined && key !== undefined && this.#isUsable(certificate, key, names))
      return { certificate, key };
    const issued = await this.#issuer.issue({ commonName, use: "server", names, days: SERVER_DAYS });
    const chain = { certificate: `${issued.certificate}\n${this.certificate}`, key: issued.key };
    await this.#place.write(`${file}.key`, chain.key, "secret");
    await this.#place.write(`${file}.pem`, chain.certificate, "public");
    return chain;
  }

  /** A client's certificate, such as a device's: each its own key. Nothing is kept; `days` defaults to 3650. */
  clientCertificate(commonName: string, days = 3650): Promise<CertificateAndKey> {
    return this.#issuer.issue({ commonName, use: "client", names: [], days });
  }

  /** Lines that tell a person where the authority is and how to trust it. */
  get advice(): readonly string[] {
    const { path } = this;
    if (path === undefined) return ["TLS certificates come from a local authority that nobody keeps."];
    return [
      `TLS certificates come from a local authority: ${path}`,
      `  curl:    curl --cacert ${path} https://…`,
      `  Node:    NODE_EXTRA_CA_CERTS=${path} node …`,
      `  machine: cp ${path} /usr/local/share/ca-certificates/understudy.crt && update-ca-certificates`,
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
async function openPair(place: PemPlace): Promise<CertificateAndKey> {
  const at = { certificate: place.path("ca.pem") ?? "ca.pem", key: place.path("ca.key") ?? "ca.key" };
  const certificate = await place.read("ca.pem");
  const key = await place.read("ca.key");
  if (certificate !== undefined && key !== undefined) return checked(at, { certificate, key });
  if (certificate !== undefined) {
    throw new UnderstudyError(
      "authority-key-missing",
      `${at.key} is missing; put it back, or remove ${at.certificate} to make a new authority.`,
    );
  }
  const made = await makeAuthority(key);
  const won = key !== undefined || (await place.write("ca.key", made.key, "secret-once"));
  if (!won) return openPair(place);
  await place.write("ca.pem", made.certificate, "public");
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
