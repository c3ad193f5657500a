import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf } from "../errors/understudy-error.ts";
import { LocalAuthority } from "./local-authority.ts";
import { refused, type ServerOptions } from "./options.ts";

/** What a TLS listener shows, and what its clients are to trust. PEM texts. */
export interface ServerIdentity {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
  /** Lines for the terminal: where the authority is and how to trust it. */
  readonly advice: readonly string[];
  /** Absent where the user brought a certificate. */
  readonly authority?: LocalAuthority;
}

/**
 * The identity for the TLS port: the files of `--cert` and `--key`, or a certificate of the local authority in `folder`.
 * `undefined` when there is no TLS port. Throws `UsageError` for files that are no certificate and key, or do not fit together.
 */
export async function serverIdentity(
  options: Pick<ServerOptions, "cert" | "key" | "names" | "tlsPort" | "host">,
  folder: string,
): Promise<ServerIdentity | undefined> {
  if (options.tlsPort === undefined) return undefined;
  if (options.cert !== undefined && options.key !== undefined) return ownIdentity(options.cert, options.key);
  const authority = await LocalAuthority.open(folder);
  const issued = await authority.serverCertificate(options.names);
  return { ...issued, ca: authority.certificate, advice: authority.advice, authority };
}

async function ownIdentity(certPath: string, keyPath: string): Promise<ServerIdentity> {
  const certificate = await readFile(certPath, "utf8");
  const key = await readFile(keyPath, "utf8");
  const parsed = parsedAs("--cert", certPath, "a PEM certificate", () => new X509Certificate(certificate));
  const secret = parsedAs("--key", keyPath, "a PEM private key without a passphrase", () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(secret)) throw refused("--key", keyPath, `the key of ${certPath}`);
  return { certificate, key, ca: certificate, advice: [] };
}

function parsedAs<T>(option: string, path: string, accepted: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw refused(option, `${path} (${messageOf(error)})`, accepted);
  }
}
