import { expect, test } from "vitest";
import { fitsHash, sha256Crypt } from "./sha256-crypt.ts";

test("the hash is that of the C library and of OpenSSL", () => {
  expect(sha256Crypt("Hello world!", "saltstring")).toBe("$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5");
});

test("a password fits its own hash and no other", () => {
  const hash = sha256Crypt("secret", "abcdefgh") ?? "";
  expect(fitsHash("secret", hash)).toBe(true);
  expect(fitsHash("Secret", hash)).toBe(false);
  expect(fitsHash("secret", "$1$x$y")).toBe(false);
  expect(sha256Crypt("x".repeat(300), "s")).toBeUndefined();
});
