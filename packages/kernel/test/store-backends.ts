import { join } from "node:path";
import { openStores } from "../src/store/open-stores.ts";
import type { PowerableStores } from "../src/store/store.ts";
import { needs } from "../src/testing/outside-servers.ts";
import { PostgresServer } from "../src/testing/postgres-server.ts";
import { temporaryFolder } from "./storage-backends.ts";

/** A place for stores, empty at first. Dispose it. */
export interface StorePlace extends AsyncDisposable {
  /** Stores of that place, as a process that starts now opens them. Memory has but one set of stores. */
  open(): Promise<PowerableStores>;
}

export interface StoreBackend {
  readonly name: string;
  readonly skip: boolean;
  /** To be called before the tests: starts servers. */
  start(): Promise<AsyncDisposable>;
  place(): Promise<StorePlace>;
}

const nothing = async (): Promise<void> => {};

const memory: StoreBackend = {
  name: "memory",
  skip: false,
  start: async () => ({ [Symbol.asyncDispose]: nothing }),
  place: async () => {
    const stores = await openStores("memory:");
    return { open: async () => stores, [Symbol.asyncDispose]: nothing };
  },
};

/** Opens stores and closes them with their place. */
function placeOf(url: string, dispose: () => Promise<void>): StorePlace {
  const opened: PowerableStores[] = [];
  return {
    open: async () => {
      const stores = await openStores(url);
      opened.push(stores);
      return stores;
    },
    [Symbol.asyncDispose]: async () => {
      for (const stores of opened) await stores.close();
      await dispose();
    },
  };
}

const sqlite: StoreBackend = {
  name: "sqlite",
  skip: false,
  start: async () => ({ [Symbol.asyncDispose]: nothing }),
  place: async () => {
    const folder = await temporaryFolder();
    return placeOf(`sqlite:${join(folder.path, "lab.db")}`, async () => await folder[Symbol.asyncDispose]());
  },
};

function postgres(): StoreBackend {
  const need = needs("postgresql");
  let server: PostgresServer | undefined;
  let count = 0;
  return {
    name: "postgres",
    skip: need.skip,
    start: async () => {
      server = await PostgresServer.start(need.folder);
      return server;
    },
    place: async () => {
      if (server === undefined) throw new Error("The server was not started");
      const database = `lab_${count++}`;
      await createDatabase(server, database);
      return placeOf(server.url(database), nothing);
    },
  };
}

/** Makes an empty database. */
export async function createDatabase(server: PostgresServer, name: string, how = ""): Promise<void> {
  await runSql(server.url(), `CREATE DATABASE "${name}" ${how}`);
}

/** Runs a statement as a stranger would. */
export async function runSql(url: string, text: string): Promise<void> {
  const { Client } = (await import("pg")).default;
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** All forms of store, under one conformance suite. */
export const storeBackends: readonly StoreBackend[] = [memory, sqlite, postgres()];
