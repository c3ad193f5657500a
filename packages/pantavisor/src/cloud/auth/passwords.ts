import { scryptSync, timingSafeEqual } from "node:crypto";

/**
 * Low on purpose (about 3 ms, 1 MiB): logins are answered on the one thread that all stand-ins share, and what is protected is
 * an account of a test server. `N` is kept in the text, so that it can be raised later.
 */
const COST = 1024;
const LENGTH = 32;

/** A password as it is kept: `scrypt:<N>:<salt>:<hash>`, salt and hash in hex. */
export function hashPassword(password: string, salt: Uint8Array): string {
  const hash = scryptSync(password, salt, LENGTH, { N: COST });
  return `scrypt:${COST}:${Buffer.from(salt).toString("hex")}:${hash.toString("hex")}`;
}

/** True when this is the password that was kept. Anything that was not made by {@link hashPassword} fits no password. */
export function isPassword(password: string, kept: string): boolean {
  const [scheme, cost, salt = "", hash = ""] = kept.split(":");
  const expected = Buffer.from(hash, "hex");
  if (scheme !== "scrypt" || expected.length !== LENGTH) return false;
  return timingSafeEqual(scryptSync(password, Buffer.from(salt, "hex"), LENGTH, { N: Number(cost) }), expected);
}

/** Compares two secrets of any length in a time that depends on the length alone. */
export function sameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
