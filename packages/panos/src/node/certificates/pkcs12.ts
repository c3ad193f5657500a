import { type Der, der, inside, integer, octets, oid, oidOf, readOne, sequence, TAGS, tagged } from "./der.ts";
import { decryptWith, encryptedKey, encryptWith } from "./password-encryption.ts";
import { type Bytes, isSealedBy, sealOf } from "./pkcs12-key.ts";

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const X509 = "1.2.840.113549.1.9.22.1";
const FRIENDLY_NAME = "1.2.840.113549.1.9.20";

/** What a PKCS #12 file holds. */
export interface Pkcs12 {
  /** DER of certificates, in the order of the file. */
  readonly certificates: readonly Uint8Array[];
  /** DER of a private key in PKCS #8; absent: there is none. */
  readonly key?: Uint8Array;
}

/** Writes a PKCS #12 file, encrypted and sealed with a passphrase. `name` is what programs show for what is in it. */
export function writePkcs12({ certificates, key }: Pkcs12, name: string, passphrase: string, bytes: Bytes): Buffer {
  const attributes = der(
    TAGS.set,
    sequence(oid(FRIENDLY_NAME), der(TAGS.set, der(0x1e, Buffer.from(name, "utf16le").swap16()))),
  );
  const bags = certificates.map((certificate, at) =>
    sequence(
      oid(CERTIFICATE_BAG),
      tagged(0, sequence(oid(X509), tagged(0, octets(certificate)))),
      ...(at === 0 ? [attributes] : []),
    ),
  );
  const { algorithm, encrypted } = encryptWith(passphrase, sequence(...bags), bytes);
  const hidden = sequence(integer(0), sequence(oid(DATA), algorithm, der(TAGS.implicit, encrypted)));
  const parts = [sequence(oid(ENCRYPTED_DATA), tagged(0, hidden))];
  if (key !== undefined) {
    const bag = sequence(oid(SHROUDED_KEY_BAG), tagged(0, encryptedKey(passphrase, key, bytes)), attributes);
    parts.push(sequence(oid(DATA), tagged(0, octets(sequence(bag)))));
  }
  const safe = sequence(...parts);
  return sequence(integer(3), sequence(oid(DATA), tagged(0, octets(safe))), sealOf(passphrase, safe, bytes));
}

export type Pkcs12Reading =
  | { readonly ok: true; readonly content: Pkcs12 }
  | { readonly ok: false; readonly why: "malformed" | "passphrase" | "unknown-cipher" };

const MALFORMED: Pkcs12Reading = { ok: false, why: "malformed" };
const WRONG: Pkcs12Reading = { ok: false, why: "passphrase" };
/** The seal fits the passphrase, and yet what is inside cannot be opened. */
const UNKNOWN: Pkcs12Reading = { ok: false, why: "unknown-cipher" };

/** Reads a PKCS #12 file that is sealed with a passphrase. What RC2 and the like have encrypted cannot be opened. */
export function readPkcs12(file: Uint8Array, passphrase: string): Pkcs12Reading {
  const [, content, seal] = inside(readOne(file)) ?? [];
  const safe = dataOf(content);
  if (safe === undefined || seal === undefined) return MALFORMED;
  if (!isSealedBy(passphrase, safe, seal)) return WRONG;
  const certificates: Uint8Array[] = [];
  let key: Uint8Array | undefined;
  for (const part of inside(readOne(safe)) ?? []) {
    const opened = dataOf(part) ?? decrypted(part, passphrase);
    if (opened === undefined) return UNKNOWN;
    for (const bag of inside(readOne(opened)) ?? []) {
      const [kind, holder] = inside(bag) ?? [];
      const [value] = inside(holder, TAGS.context) ?? [];
      if (oidOf(kind) === CERTIFICATE_BAG) certificates.push(...certificateOf(value));
      if (oidOf(kind) === KEY_BAG) key ??= value?.whole;
      if (oidOf(kind) === SHROUDED_KEY_BAG) {
        const [algorithm, encrypted] = inside(value) ?? [];
        const plain = encrypted && decryptWith(passphrase, algorithm, encrypted.content);
        if (plain === undefined) return UNKNOWN;
        key ??= plain;
      }
    }
  }
  return { ok: true, content: { certificates, ...(key === undefined ? {} : { key }) } };
}

/** The octets of a `data`; `undefined` for anything else. */
function dataOf(info: Der | undefined): Uint8Array | undefined {
  const [kind, holder] = inside(info) ?? [];
  const [value] = inside(holder, TAGS.context) ?? [];
  return oidOf(kind) === DATA && value?.tag === TAGS.octetString ? value.content : undefined;
}

function decrypted(info: Der, passphrase: string): Uint8Array | undefined {
  const [kind, holder] = inside(info) ?? [];
  const [envelope] = inside(holder, TAGS.context) ?? [];
  const [, hidden] = inside(envelope) ?? [];
  const [, algorithm, encrypted] = inside(hidden) ?? [];
  if (oidOf(kind) !== ENCRYPTED_DATA || encrypted?.tag !== TAGS.implicit) return undefined;
  return decryptWith(passphrase, algorithm, encrypted.content);
}

function certificateOf(bag: Der | undefined): readonly Uint8Array[] {
  const [kind, holder] = inside(bag) ?? [];
  const [value] = inside(holder, TAGS.context) ?? [];
  return oidOf(kind) === X509 && value?.tag === TAGS.octetString ? [value.content] : [];
}
