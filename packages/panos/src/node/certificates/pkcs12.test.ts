import { createPrivateKey, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readContainer, readPem } from "./certificate-file.ts";
import { readPkcs12, writePkcs12 } from "./pkcs12.ts";
import { EC_CERTIFICATE_PEM, EC_CONTAINERS, EC_ENCRYPTED_KEY_PEM, EC_KEY_PEM } from "./testing/openssl-files.ts";

const certificate = new X509Certificate(EC_CERTIFICATE_PEM);
const key = createPrivateKey(EC_KEY_PEM);
const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);
const container = { certificates: [certificate.raw], key: key.export({ type: "pkcs8", format: "der" }) };

describe("PKCS #12", () => {
  test.each(["standard", "tripleDes", "unencrypted"] as const)("what OpenSSL writes is read: %s", (name) => {
    const reading = readContainer(Buffer.from(EC_CONTAINERS[name], "base64"), "secret");
    expect(reading.ok && reading.content.certificate?.subject).toBe("O=Lab\nCN=ec.example");
    expect(reading.ok && reading.content.key?.equals(key)).toBe(true);
  });

  test("a wrong passphrase and a cipher nobody should use open nothing", () => {
    const standard = Buffer.from(EC_CONTAINERS.standard, "base64");
    expect(readPkcs12(standard, "Secret")).toEqual({ ok: false, why: "passphrase" });
    expect(readPkcs12(Buffer.from(EC_CONTAINERS.rc2, "base64"), "secret")).toEqual({
      ok: false,
      why: "unknown-cipher",
    });
    expect(readPkcs12(standard.subarray(1), "secret")).toEqual({ ok: false, why: "malformed" });
  });

  test("what is written is read back with the same passphrase alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), (passphrase) => {
        const file = writePkcs12(container, "Zürich <1>", passphrase, bytes);
        const reading = readPkcs12(file, passphrase);
        expect(reading.ok && reading.content.certificates.map((der) => Buffer.from(der))).toEqual([certificate.raw]);
        expect(reading.ok && Buffer.from(reading.content.key ?? [])).toEqual(container.key);
        expect(readPkcs12(file, `${passphrase}x`).ok).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  test("a file that was changed anywhere is refused or the same, and never an error", () => {
    const file = writePkcs12(container, "x", "secret", bytes);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ by;
        const reading = readPkcs12(changed, "secret");
        if (reading.ok) expect(Buffer.from(reading.content.key ?? [])).toEqual(container.key);
      }),
      { numRuns: 200 },
    );
  });
});

describe("PEM", () => {
  test("an encrypted key wants its passphrase", () => {
    const reading = readPem(EC_CERTIFICATE_PEM + EC_ENCRYPTED_KEY_PEM, "secret");
    expect(reading.ok && reading.content.key?.equals(key)).toBe(true);
    expect(readPem(EC_ENCRYPTED_KEY_PEM, "wrong")).toEqual({ ok: false, why: "passphrase" });
    expect(readPem(EC_KEY_PEM.replace("\nM", "\n!!"), "")).toEqual({ ok: false, why: "malformed" });
  });
});
