import { createHash, createHmac } from "node:crypto";
import { type Der, inside, integer, NOTHING, numberOf, octets, oid, oidOf, sequence } from "./der.ts";

/** Gives bytes that nobody foresees: a device's own stream. */
export type Bytes = (count: number) => Uint8Array;

/** How often what is written by us is hashed. */
export const ITERATIONS = 2048;
/** Files that want more work are refused. */
const MAX_ITERATIONS = 1_000_000;

/** Whether a file may ask for that much work. */
export const isBearable = (iterations: number | undefined): iterations is number =>
  iterations !== undefined && iterations > 0 && iterations <= MAX_ITERATIONS;

/** What a table has for a key; `undefined` when it has nothing of its own. */
export const own = <T extends object>(table: T, key: string): T[keyof T] | undefined =>
  Object.hasOwn(table, key) ? table[key as keyof T] : undefined; // own key, as just checked

interface Pkcs12KeyOptions {
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** 1: a key, 2: an initial vector, 3: a key of a MAC. */
  readonly purpose: 1 | 2 | 3;
  readonly size: number;
  readonly hash: "sha1" | "sha256" | "sha512";
}

/** Derives a key as RFC 7292 says in appendix B.2. */
export function pkcs12Key({ passphrase, salt, iterations, purpose, size, hash }: Pkcs12KeyOptions): Buffer {
  const block = hash === "sha512" ? 128 : 64;
  const input = Buffer.concat([filled(salt, block), filled(bmpString(passphrase), block)]);
  const diversifier = Buffer.alloc(block, purpose);
  const parts: Buffer[] = [];
  for (let have = 0; have < size; have += parts.at(-1)?.length ?? size) {
    let digest = createHash(hash).update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round++) digest = createHash(hash).update(digest).digest();
    parts.push(digest);
    const addend = filled(digest, block).subarray(0, block);
    for (let at = 0; at < input.length; at += block) addInto(input.subarray(at, at + block), addend);
  }
  return Buffer.concat(parts).subarray(0, size);
}

/** Repeated to a multiple of the block. */
function filled(bytes: Uint8Array, block: number): Buffer {
  const size = block * Math.ceil(bytes.length / block);
  return Buffer.from(Uint8Array.from({ length: size }, (_, at) => bytes[at % bytes.length] ?? 0));
}

/** `target` + `addend` + 1, as numbers of as many bytes. */
function addInto(target: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let at = target.length - 1; at >= 0; at--) {
    carry += (target[at] ?? 0) + (addend[at] ?? 0);
    target[at] = carry % 256;
    carry = Math.floor(carry / 256);
  }
}

/** Two bytes for each character, and two zeros at the end. */
const bmpString = (text: string): Buffer => Buffer.from(`${text}\0`, "utf16le").swap16();

const DIGESTS = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.3": "sha512",
} as const;
const SHA256 = "2.16.840.1.101.3.4.2.1";

/** The seal of a PKCS #12 file over its content. */
export function sealOf(passphrase: string, content: Uint8Array, bytes: Bytes): Buffer {
  const salt = bytes(16);
  const key = pkcs12Key({ passphrase, salt, iterations: ITERATIONS, purpose: 3, size: 32, hash: "sha256" });
  const mac = createHmac("sha256", key).update(content).digest();
  return sequence(sequence(sequence(oid(SHA256), NOTHING), octets(mac)), octets(salt), integer(ITERATIONS));
}

/** Whether a seal was made over that content with that passphrase. */
export function isSealedBy(passphrase: string, content: Uint8Array, seal: Der | undefined): boolean {
  const [info, salt, rounds] = inside(seal) ?? [];
  const [algorithm, mac] = inside(info) ?? [];
  const hash = own(DIGESTS, oidOf((inside(algorithm) ?? [])[0]));
  const iterations = rounds === undefined ? 1 : numberOf(rounds);
  if (hash === undefined || mac === undefined || salt === undefined || !isBearable(iterations)) return false;
  const size = hash === "sha1" ? 20 : hash === "sha256" ? 32 : 64;
  const key = pkcs12Key({ passphrase, salt: salt.content, iterations, purpose: 3, size, hash });
  return createHmac(hash, key).update(content).digest().equals(mac.content);
}
