import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hmac, openJwt, signingKey, signJwt } from "./hs256.ts";

const key = signingKey(Buffer.from("secret"));

test("the signature is HMAC-SHA-256", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: "binary" }), (secret, message) => {
      expect(hmac(signingKey(secret), message)).toEqual(createHmac("sha256", secret).update(message).digest());
    }),
  );
});

test("claims come back from a token", () => {
  expect(openJwt(signJwt({ id: "user1", exp: 7 }, key), key)).toEqual({ id: "user1", exp: 7 });
});

test("a foreign, cut, changed or unsigned token opens nothing", () => {
  const token = signJwt({ id: "user1" }, key);
  const [head, body] = token.split(".");
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  const other = signJwt({ id: "admin" }, signingKey(Buffer.from("other")));
  const forged = [
    `${head}.${body}.`,
    `${head}.${body}`,
    `${none}.${body}.`,
    token.slice(0, -2),
    `${head}.${Buffer.from('{"id":"admin"}').toString("base64url")}.${token.split(".")[2]}`,
  ];
  for (const bad of ["", ".", "..", "a.b.c", other, ...forged]) expect(openJwt(bad, key)).toBeUndefined();
});

test("any text is safe to open", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => openJwt(text, key) === undefined));
});
