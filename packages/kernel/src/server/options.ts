import { accessSync, constants, statSync } from "node:fs";
import { isIP } from "node:net";
import { UsageError } from "../errors/understudy-error.ts";

/** What every server of ours takes. */
export interface ServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Absent: no TLS. */
  readonly tlsPort?: number;
  /** PEM files; absent with a TLS port: the local authority issues one. */
  readonly cert?: string;
  readonly key?: string;
  /** Host names that the server is known by: put into URLs (the first) and into the issued certificate (all). */
  readonly names: readonly string[];
  /** Absent: nothing outlasts the process. */
  readonly data?: string;
  /** Absent: tables lie in the data folder, or in memory. */
  readonly database?: string;
  /** Requests per second and remote address; absent: no limit. */
  readonly rateLimit?: number;
}

/** One option of the command line, as a parser wants it. */
export interface OptionDescriptor {
  /** Such as `--port <n>`. */
  readonly flags: string;
  readonly text: string;
  /** The parsed record's member. */
  readonly member: string;
  readonly default?: string;
  /** May be given several times; the values are gathered in an array. */
  readonly repeatable: boolean;
}

/** The ports of one server; `tlsPort` absent: it has no TLS unless asked for. */
export interface DefaultPorts {
  readonly port: number;
  readonly tlsPort?: number;
}

/** The common options as data, in the order of the help text. */
export function serverOptionDescriptors(defaults: DefaultPorts): readonly OptionDescriptor[] {
  const once = { repeatable: false } as const;
  return [
    { flags: "--host <address>", member: "host", text: "address to listen on", default: "127.0.0.1", ...once },
    {
      flags: "--port <n>",
      member: "port",
      text: "HTTP port, 0 for a free one",
      default: String(defaults.port),
      ...once,
    },
    {
      flags: "--tls-port <n>",
      member: "tlsPort",
      text: "HTTPS port, 0 for a free one; without --cert a local authority issues the certificate",
      ...(defaults.tlsPort !== undefined && { default: String(defaults.tlsPort) }),
      ...once,
    },
    { flags: "--cert <file>", member: "cert", text: "PEM certificate (chain) for the TLS port; needs --key", ...once },
    { flags: "--key <file>", member: "key", text: "PEM private key of --cert", ...once },
    {
      flags: "--name <host>",
      member: "name",
      text: "host name to advertise in URLs and to put into the issued certificate (repeatable)",
      repeatable: true,
    },
    {
      flags: "--data <dir>",
      member: "data",
      text: "folder for what outlasts the process (default: nothing does)",
      ...once,
    },
    {
      flags: "--database <url>",
      member: "database",
      text: "where tables are kept, such as postgres://user@host/name",
      ...once,
    },
    {
      flags: "--rate-limit <n>",
      member: "rateLimit",
      text: "requests per second and remote address; more are answered with 429 (default: no limit)",
      ...once,
    },
  ];
}

/** What a command line library's command offers; commander's `Command` is one. */
export interface OptionTaker {
  option(flags: string, text: string, value?: string): unknown;
  option(flags: string, text: string, gather: (value: string, before: unknown) => unknown): unknown;
}

/** Adds the common options to a command; give what it parsed to {@link parseServerOptions}. */
export function addServerOptions(command: OptionTaker, defaults: DefaultPorts): void {
  for (const { flags, text, repeatable, default: value } of serverOptionDescriptors(defaults)) {
    if (repeatable) command.option(flags, text, (one, before) => [...(Array.isArray(before) ? before : []), one]);
    else command.option(flags, text, value);
  }
}

/**
 * Checks what a command line (or a config file) gave, by the descriptors' member names; missing members take the defaults.
 * Throws {@link UsageError} that names the option, what was given and what would be accepted.
 */
export function parseServerOptions(given: Readonly<Record<string, unknown>>, defaults: DefaultPorts): ServerOptions {
  const tlsPort = given.tlsPort ?? defaults.tlsPort;
  const options: ServerOptions = {
    host: host("--host", given.host ?? "127.0.0.1"),
    port: port("--port", given.port ?? defaults.port),
    ...(tlsPort !== undefined && { tlsPort: port("--tls-port", tlsPort) }),
    ...(given.cert !== undefined && { cert: file("--cert", given.cert) }),
    ...(given.key !== undefined && { key: file("--key", given.key) }),
    names: list(given.name).map((name) => host("--name", name)),
    ...(given.data !== undefined && { data: folder("--data", given.data) }),
    ...(given.database !== undefined && { database: databaseUrl("--database", given.database) }),
    ...(given.rateLimit !== undefined && { rateLimit: positive("--rate-limit", given.rateLimit) }),
  };
  return agreeing(options);
}

function agreeing(options: ServerOptions): ServerOptions {
  const { cert, key, port: plain, tlsPort } = options;
  if (cert !== undefined && key === undefined) throw refused("--cert", cert, "--key with it");
  if (key !== undefined && cert === undefined) throw refused("--key", key, "--cert with it");
  if (cert !== undefined && tlsPort === undefined) throw refused("--cert", cert, "--tls-port with it");
  if (tlsPort !== undefined && tlsPort !== 0 && tlsPort === plain) {
    throw refused("--tls-port", String(tlsPort), "another port than --port");
  }
  return options;
}

/** The error of a command line: which option, what was given, what would be accepted. */
export function refused(option: string, found: unknown, accepted: string): UsageError {
  const shown = typeof found === "string" ? found : (JSON.stringify(found) ?? "nothing");
  return new UsageError("bad-option", `${option} ${shown}: expected ${accepted}.`, { option, found, accepted });
}

function port(option: string, given: unknown): number {
  const text = String(given);
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 65_535) return value;
  throw refused(option, given, "a port from 0 (a free one) to 65535");
}

function positive(option: string, given: unknown): number {
  const text = String(given);
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= 1e9) return value;
  throw refused(option, given, "a number above 0, such as 50");
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

function host(option: string, given: unknown): string {
  if (typeof given === "string") {
    const bare = given.startsWith("[") && given.endsWith("]") ? given.slice(1, -1) : given;
    if (isIP(bare) !== 0 || (HOST_NAME.test(bare) && !/^[\d.]+$/.test(bare))) return bare;
  }
  throw refused(option, given, "an IP address or a host name");
}

function list(given: unknown): readonly unknown[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given];
}

function file(option: string, given: unknown): string {
  if (typeof given !== "string" || given === "") throw refused(option, given, "a PEM file");
  try {
    accessSync(given, constants.R_OK);
    if (statSync(given).isFile()) return given;
  } catch {
    throw refused(option, given, "a file that exists and can be read");
  }
  throw refused(option, given, "a file, not a folder");
}

function folder(option: string, given: unknown): string {
  if (typeof given !== "string" || given === "") throw refused(option, given, "a folder");
  const found = statSync(given, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return given;
  throw refused(option, given, "a folder; a file of that name is there");
}

const DATABASES: ReadonlySet<string> = new Set(["postgres:", "postgresql:", "sqlite:"]);

function databaseUrl(option: string, given: unknown): string {
  const url = typeof given === "string" ? URL.parse(given) : null;
  if (url !== null && DATABASES.has(url.protocol)) return String(given);
  throw refused(option, withoutPassword(given), "postgres://USER@HOST/NAME or sqlite:FILE");
}

const withoutPassword = (given: unknown): string => String(given).replace(/:[^:@/]*@/, ":…@");
