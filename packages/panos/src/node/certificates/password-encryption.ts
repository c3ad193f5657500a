import { createCipheriv, createDecipheriv, pbkdf2Sync } from "node:crypto";
import { type Der, der, inside, integer, NOTHING, numberOf, octets, oid, oidOf, sequence, TAGS } from "./der.ts";
import { type Bytes, ITERATIONS, isBearable, own, pkcs12Key } from "./pkcs12-key.ts";

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const AES = { "2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32 } as const;
const AES_256 = "2.16.840.1.101.3.4.1.42";
const HMACS = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.11": "sha512",
} as const;
const HMAC_SHA256 = "1.2.840.113549.2.9";
/** With triple DES and SHA-1, as files were written before 2022. */
const PBE_SHA1_3DES = "1.2.840.113549.1.12.1.3";

/** Encrypts with a passphrase: PBES2 with AES-256 and PBKDF2 over SHA-256. Gives the algorithm and the bytes. */
export function encryptWith(
  passphrase: string,
  plain: Uint8Array,
  bytes: Bytes,
): { readonly algorithm: Buffer; readonly encrypted: Buffer } {
  const [salt, iv] = [bytes(16), bytes(16)];
  const key = pbkdf2Sync(passphrase, salt, ITERATIONS, 32, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const derivation = sequence(octets(salt), integer(ITERATIONS), sequence(oid(HMAC_SHA256), NOTHING));
  const parameters = sequence(sequence(oid(PBKDF2), derivation), sequence(oid(AES_256), octets(iv)));
  return {
    algorithm: sequence(oid(PBES2), parameters),
    encrypted: Buffer.concat([cipher.update(plain), cipher.final()]),
  };
}

/** Decrypts what {@link encryptWith} or another program encrypted. `undefined`: a wrong passphrase, or an unknown way. */
export function decryptWith(passphrase: string, algorithm: Der | undefined, encrypted: Uint8Array): Buffer | undefined {
  const [way, parameters] = inside(algorithm) ?? [];
  const opened =
    oidOf(way) === PBES2
      ? pbes2(passphrase, parameters)
      : oidOf(way) === PBE_SHA1_3DES
        ? tripleDes(passphrase, parameters)
        : undefined;
  if (opened === undefined) return undefined;
  try {
    const decipher = createDecipheriv(opened.cipher, opened.key, opened.iv);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return undefined; // wrong padding: the passphrase is another one
  }
}

interface Opened {
  readonly cipher: string;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

function pbes2(passphrase: string, parameters: Der | undefined): Opened | undefined {
  const [derivation, scheme] = inside(parameters) ?? [];
  const [kind, options] = inside(derivation) ?? [];
  const [salt, rounds, ...more] = inside(options) ?? [];
  const [cipher, iv] = inside(scheme) ?? [];
  const size = own(AES, oidOf(cipher));
  const [hmac] = inside(more.find(({ tag }) => tag === TAGS.sequence)) ?? [];
  const hash = hmac === undefined ? "sha1" : own(HMACS, oidOf(hmac));
  const iterations = numberOf(rounds);
  if (oidOf(kind) !== PBKDF2 || salt?.tag !== TAGS.octetString || iv === undefined) return undefined;
  if (size === undefined || hash === undefined || !isBearable(iterations)) return undefined;
  const key = pbkdf2Sync(passphrase, salt.content, iterations, size, hash);
  return { cipher: `aes-${size * 8}-cbc`, key, iv: iv.content };
}

function tripleDes(passphrase: string, parameters: Der | undefined): Opened | undefined {
  const [salt, rounds] = inside(parameters) ?? [];
  const iterations = numberOf(rounds);
  if (salt === undefined || !isBearable(iterations)) return undefined;
  const derive = (purpose: 1 | 2, size: number) =>
    pkcs12Key({ passphrase, salt: salt.content, iterations, purpose, size, hash: "sha1" });
  return { cipher: "des-ede3-cbc", key: derive(1, 24), iv: derive(2, 8) };
}

/** An encrypted private key as PEM: readable by whoever has the passphrase. */
export function encryptedKeyPem(passphrase: string, pkcs8: Uint8Array, bytes: Bytes): string {
  const text = encryptedKey(passphrase, pkcs8, bytes).toString("base64");
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${(text.match(/.{1,64}/g) ?? []).join("\n")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}

/** An encrypted private key as DER. */
export function encryptedKey(passphrase: string, pkcs8: Uint8Array, bytes: Bytes): Buffer {
  const { algorithm, encrypted } = encryptWith(passphrase, pkcs8, bytes);
  return sequence(algorithm, der(TAGS.octetString, encrypted));
}
