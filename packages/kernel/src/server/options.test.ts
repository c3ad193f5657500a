import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { UsageError } from "../errors/understudy-error.ts";
import { addServerOptions, parseServerOptions, serverOptionDescriptors } from "./options.ts";

const thisFile = fileURLToPath(import.meta.url);
const ports = { port: 7410, tlsPort: 7411 };

test("nothing given means loopback, the default ports and nothing kept", () => {
  expect(parseServerOptions({}, ports)).toEqual({ host: "127.0.0.1", port: 7410, tlsPort: 7411, names: [] });
  expect(parseServerOptions({}, { port: 1 })).toEqual({ host: "127.0.0.1", port: 1, names: [] });
});

test("texts of a command line become values", () => {
  const given = {
    host: "[::1]",
    port: "0",
    tlsPort: "0",
    cert: thisFile,
    key: thisFile,
    name: ["lab.example", "10.0.0.7"],
    data: "./not-yet-there",
    database: "postgres://u@h/db",
    rateLimit: "0.5",
  };
  expect(parseServerOptions(given, ports)).toEqual({
    ...{ host: "::1", port: 0, tlsPort: 0, cert: thisFile, key: thisFile, names: ["lab.example", "10.0.0.7"] },
    ...{ data: "./not-yet-there", database: "postgres://u@h/db", rateLimit: 0.5 },
  });
});

test.each<[Record<string, unknown>, string]>([
  [{ port: "70000" }, "--port 70000: expected a port from 0 (a free one) to 65535."],
  [{ tlsPort: "-1" }, "--tls-port -1: expected a port from 0 (a free one) to 65535."],
  [{ port: "80", tlsPort: "80" }, "--tls-port 80: expected another port than --port."],
  [{ host: "no host" }, "--host no host: expected an IP address or a host name."],
  [{ host: "300.1.1.1" }, "--host 300.1.1.1: expected an IP address or a host name."],
  [{ name: ["ok", "-x"] }, "--name -x: expected an IP address or a host name."],
  [{ cert: thisFile }, `--cert ${thisFile}: expected --key with it.`],
  [{ key: thisFile }, `--key ${thisFile}: expected --cert with it.`],
  [{ cert: "/no/such.pem", key: thisFile }, "--cert /no/such.pem: expected a file that exists and can be read."],
  [{ data: thisFile }, `--data ${thisFile}: expected a folder; a file of that name is there.`],
  [
    { database: "mysql://u:pw@h/db" },
    "--database mysql://u:…@h/db: expected postgres://USER@HOST/NAME or sqlite:FILE.",
  ],
  [{ rateLimit: "0" }, "--rate-limit 0: expected a number above 0, such as 50."],
])("%j is a usage error that says what would be accepted", (given, words) => {
  expect(() => parseServerOptions(given, ports)).toThrow(UsageError);
  expect(() => parseServerOptions(given, ports)).toThrow(words);
});

test("a certificate needs a TLS port", () => {
  expect(() => parseServerOptions({ cert: thisFile, key: thisFile }, { port: 1 })).toThrow(
    "expected --tls-port with it",
  );
});

test("the options are added to a command, repeatable ones with a gatherer", () => {
  const added = new Map<string, unknown>();
  addServerOptions({ option: (flags: string, _text: string, last?: unknown) => added.set(flags, last) }, ports);
  expect([...added.keys()]).toEqual(serverOptionDescriptors(ports).map((option) => option.flags));
  expect(added.get("--port <n>")).toBe("7410");
  const gather = added.get("--name <host>") as (value: string, before: unknown) => unknown; // As declared for repeatable ones.
  expect(gather("b", gather("a", undefined))).toEqual(["a", "b"]);
});
