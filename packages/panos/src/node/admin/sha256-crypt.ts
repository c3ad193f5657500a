import { createHash } from "node:crypto";

const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ROUNDS = 5000;
/** Longer passwords are not hashed: their cost grows with the square of their length. */
const MAX_PASSWORD_BYTES = 256;

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** As much of a digest, repeated, as is asked for. */
const stretched = (digest: Buffer, length: number): Buffer => Buffer.alloc(length, digest);

/**
 * The SHA-256 crypt hash of a password, such as `$5$salt$…`: what PAN-OS keeps as `phash`. The salt is cut to 16
 * characters. `undefined` for passwords of more than 256 bytes.
 */
export function sha256Crypt(password: string, salt: string): string | undefined {
  const key = Buffer.from(password, "utf8");
  if (key.length > MAX_PASSWORD_BYTES) return undefined;
  const seed = Buffer.from(salt.slice(0, 16), "utf8");
  const p = stretched(sha256(...Array.from({ length: key.length }, () => key)), key.length);
  let digest = firstDigest(key, seed);
  const firstByte = digest[0] ?? 0;
  const s = stretched(sha256(...Array.from({ length: 16 + firstByte }, () => seed)), seed.length);
  for (let round = 0; round < ROUNDS; round++) digest = oneRound(round, digest, p, s);
  return `$5$${seed.toString("utf8")}$${encoded(digest)}`;
}

function firstDigest(key: Buffer, seed: Buffer): Buffer {
  const other = sha256(key, seed, key);
  const parts: Buffer[] = [key, seed, stretched(other, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? other : key);
  return sha256(...parts);
}

function oneRound(round: number, digest: Buffer, p: Buffer, s: Buffer): Buffer {
  const odd = (round & 1) === 1;
  const parts = [odd ? p : digest];
  if (round % 3 !== 0) parts.push(s);
  if (round % 7 !== 0) parts.push(p);
  parts.push(odd ? digest : p);
  return sha256(...parts);
}

/** The order in which the bytes are written, three at a time. */
function encoded(digest: Buffer): string {
  let text = "";
  for (let i = 0; i < 10; i++) {
    const [a, b, c] = [i, i + 10, i + 20].map((n) => n % 30);
    const order = i % 3 === 0 ? [a, b, c] : i % 3 === 1 ? [c, a, b] : [b, c, a];
    text += sixBits(digest, order[0] ?? 0, order[1] ?? 0, order[2] ?? 0, 4);
  }
  return text + sixBits(digest, -1, 31, 30, 3);
}

function sixBits(digest: Buffer, high: number, middle: number, low: number, count: number): string {
  let word = ((digest[high] ?? 0) << 16) | ((digest[middle] ?? 0) << 8) | (digest[low] ?? 0);
  let text = "";
  for (let n = 0; n < count; n++) {
    text += ALPHABET.charAt(word & 0x3f);
    word >>= 6;
  }
  return text;
}

/** Whether a password has a hash. Only `$5$` hashes can be checked. */
export function fitsHash(password: string, hash: string): boolean {
  const salt = /^\$5\$([^$]{1,16})\$/.exec(hash)?.[1];
  return salt !== undefined && sha256Crypt(password, salt) === hash;
}
