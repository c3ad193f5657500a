import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LocalAuthority } from "./local-authority.ts";

let folder = "";
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "authority-")), "authority");
});
afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));

test("the authority is made once, and its key is for the owner only", async () => {
  const [first, second] = await Promise.all([LocalAuthority.open(folder), LocalAuthority.open(folder)]);
  const third = await LocalAuthority.open(folder);
  const keys = [first, second, third].map((one) =>
    new X509Certificate(one.certificate).publicKey.export({ type: "spki", format: "pem" }),
  );
  expect(new Set(keys).size).toBe(1);
  expect((await stat(join(folder, "ca.key"))).mode & 0o777).toBe(0o600);
  expect((await readdir(folder)).sort()).toEqual(["ca.key", "ca.pem"]);
  expect(third.advice.join("\n")).toContain(`curl --cacert ${join(folder, "ca.pem")}`);
});

test("the server's certificate names this machine and every given name, and is kept until the names change", async () => {
  const authority = await LocalAuthority.open(folder);
  const first = await authority.serverCertificate(["lab.example"]);
  const certificate = new X509Certificate(first.certificate);
  for (const name of ["localhost", "lab.example"]) expect(certificate.checkHost(name)).toBe(name);
  for (const address of ["127.0.0.1", "::1"]) expect(certificate.checkIP(address)).toBeDefined();
  expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(first.key))).toBe(true);
  const reopened = await LocalAuthority.open(folder);
  expect(await reopened.serverCertificate(["lab.example"])).toEqual(first);
  expect(await reopened.serverCertificate(["lab.example", "10.0.0.7"])).not.toEqual(first);
  expect(await reopened.serverCertificate([])).not.toEqual(first);
});

test("a damaged server certificate is replaced, a lost authority key is not", async () => {
  const authority = await LocalAuthority.open(folder);
  await authority.serverCertificate([]);
  await writeFile(join(folder, "server.pem"), "nonsense");
  expect((await authority.serverCertificate([])).certificate).toContain("BEGIN CERTIFICATE");
  await writeFile(join(folder, "ca.key"), "nonsense");
  await expect(LocalAuthority.open(folder)).rejects.toThrow("remove both to make a new authority");
  await rm(join(folder, "ca.key"));
  await expect(LocalAuthority.open(folder)).rejects.toThrow("ca.key is missing");
});

test("real TLS accepts the server and a device's own certificate", async () => {
  const authority = await LocalAuthority.open(folder);
  const { certificate, key } = await authority.serverCertificate([]);
  const device = await authority.clientCertificate("fw-01, rack=2");
  const ca = authority.certificate;
  const server = createServer({ cert: certificate, key, ca, requestCert: true, rejectUnauthorized: true });
  const seen = new Promise((resolve) =>
    server.on("secureConnection", (socket) => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.end();
    }),
  );
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as { port: number }; // A TCP server has a TCP address.
  const socket = connect({ port, host: "127.0.0.1", ca, cert: device.certificate, key: device.key }).resume();
  try {
    expect(await seen).toBe("fw-01, rack=2");
    expect(socket.authorized).toBe(true);
  } finally {
    socket.destroy();
    server.close();
  }
});

test("each other listener has a certificate and key of its own, which are kept", async () => {
  const authority = await LocalAuthority.open(folder);
  const [first, same, other] = await Promise.all([
    authority.certificateFor(["fw-1", "127.42.0.1"]),
    authority.certificateFor(["fw-1", "127.42.0.1"]),
    authority.certificateFor(["fw-2", "127.42.0.2"]),
  ]);
  expect(same).toEqual(first);
  expect(other.key).not.toBe(first.key);
  const certificate = new X509Certificate(first.certificate);
  expect([certificate.checkHost("fw-1"), certificate.checkIP("127.42.0.1"), certificate.checkIP("127.0.0.1")]).toEqual([
    "fw-1",
    "127.42.0.1",
    undefined,
  ]);
  expect(await (await LocalAuthority.open(folder)).certificateFor(["fw-1", "127.42.0.1"])).toEqual(first);
});

test("without a folder it lasts as long as the process", async () => {
  const authority = await LocalAuthority.open();
  expect(await authority.serverCertificate([])).toEqual(await authority.serverCertificate([]));
  expect(authority.path).toBeUndefined();
  expect((await LocalAuthority.open()).certificate).not.toBe(authority.certificate);
});
