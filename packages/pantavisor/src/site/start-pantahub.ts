import type { Family, JsonObject } from "@understudy/kernel";
import { describeAddress, type Endpoint, tcp } from "@understudy/kernel";
import type { PantahubOptions } from "../cloud/options.ts";
import { createPantahub } from "../cloud/pantahub.ts";
import type { PantahubGround } from "../live/pantahub-ground.ts";
import { PantahubClient } from "./pantahub-client.ts";
import { PantahubUser } from "./pantahub-user.ts";
import type { Revision } from "./revision.ts";
import { revisionOfFolder } from "./revision-of-folder.ts";

/** How {@link startPantahub} is to run. Every member has a default. */
export interface StartPantahubOptions extends PantahubOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** 0 takes a free one. Default: no TLS. */
  readonly tlsPort?: number;
  /** PEM. Default: a certificate of an authority of its own, in the data folder; clients are to trust `server.ca`. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca: string };
  /** Host names that the server is known by: for URLs and the certificate. Default: the name each client uses. */
  readonly names?: readonly string[];
  /** Folder for tables and objects. Default: memory. */
  readonly data?: string;
  /** `sqlite:FILE` or `postgres://…` for the tables. Default: SQLite in the data folder, or memory. */
  readonly database?: string;
  /** Requests per second and remote address. Default: no limit. */
  readonly rateLimit?: number;
}

const MEMBERS_OF_GROUND: ReadonlySet<string> = new Set([
  "host",
  "port",
  "tlsPort",
  "tls",
  "names",
  "data",
  "database",
  "rateLimit",
]);

/** Only the cloud: a Pantahub alone has no devices of ours. */
const cloudOnly: Family = {
  name: "pantahub",
  cloudKind: "pantahub",
  ports: {},
  schemas: { cloud: {}, device: {}, actions: {} },
  operations: [],
  phases: [],
  createCloud: createPantahub,
  createDevice: () => {
    throw new Error("A Pantahub alone has no devices.");
  },
  act: async () => ({}),
};

/**
 * Starts a Pantahub on sockets, for a test suite or a program. Dispose it (`await using`), or call `close()`.
 * Throws one clear error when a port is taken, a folder is in use or a database cannot be reached.
 */
export async function startPantahub(options: StartPantahubOptions = {}): Promise<PantahubServer> {
  const { openPantahubGround } = await import("../live/pantahub-ground.ts");
  const { host = "127.0.0.1", port = 0, tlsPort, tls, names = [], data, database, rateLimit } = options;
  const own = Object.fromEntries(
    Object.entries(options).filter(([name]) => !MEMBERS_OF_GROUND.has(name)),
  ) as JsonObject; // PantahubOptions is JSON.
  const ground = await openPantahubGround(cloudOnly, {
    host,
    port,
    tlsPort,
    tls,
    names,
    data,
    database,
    rateLimit,
    options: own,
  });
  return new PantahubServer(ground, names[0]);
}

/** A Pantahub that runs on sockets of its own. */
export class PantahubServer implements AsyncDisposable {
  readonly #ground: PantahubGround;
  /** Such as `http://127.0.0.1:41523`. */
  readonly url: string;
  /** Such as `https://localhost:41524`; `undefined` without TLS. */
  readonly tlsUrl: string | undefined;
  /** PEM: what clients of `tlsUrl` are to trust. */
  readonly ca: string | undefined;
  /** For requests of any kind. */
  readonly client: PantahubClient;

  constructor(ground: PantahubGround, name: string | undefined) {
    const { http, https } = ground.cloud.endpoints;
    if (http === undefined) throw new Error("A Pantahub serves HTTP.");
    this.#ground = ground;
    this.url = `http://${shown(http, name)}`;
    this.tlsUrl = https && `https://${shown(https, name ?? "localhost")}`;
    this.ca = ground.ca;
    this.client = new PantahubClient(ground.world.network, http);
  }

  /** A user of an account that is there. Default: the built-in `user1`; the password defaults to the name. */
  user(name = "user1", password = name): PantahubUser {
    return new PantahubUser(this.client, this.#ground.world.clock, name, password);
  }

  /** Registers an account. The password defaults to the nick. */
  async createUser(nick: string, password = nick): Promise<PantahubUser> {
    const value = { nick, password, email: `${nick}@localhost` };
    await this.client.exchange("POST", "/auth/accounts", { value });
    return this.user(nick, password);
  }

  /** A folder of this machine as a revision: see {@link revisionOfFolder}. */
  revisionFromFolder(path: string, message?: string): Promise<Revision> {
    return revisionOfFolder(path, message);
  }

  /** Ends the server; what it keeps in a data folder or a database stays. */
  close(): Promise<void> {
    return this.#ground.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function shown(endpoint: Endpoint, name: string | undefined): string {
  const { address } = endpoint;
  return describeAddress(address.kind === "tcp" && name !== undefined ? tcp(name, address.port) : address);
}
