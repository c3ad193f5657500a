import { createHmac, hash, timingSafeEqual } from "node:crypto";

/** What is kept of a key or password: SHA-256 in hex. They are long and random, so that a slow hash would add nothing. */
export const hashSecret = (secret: string): string => hash("sha256", secret, "hex");

/** Whether a key or password is the one whose hash is kept; takes as long whether it is or not. */
export function isSecret(given: string, kept: string): boolean {
  const ours = Buffer.from(kept, "latin1");
  const theirs = Buffer.from(hashSecret(given), "latin1");
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

/** 32 bytes in hex that follow from a secret and a purpose. */
export const derive = (secret: string, purpose: string): string =>
  createHmac("sha256", secret).update(purpose).digest("hex");
