import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needs, PostgresServer } from "@understudy/kernel/testing";

/** Options of `startPantahub` that say where its tables lie. */
export interface Place {
  readonly data?: string;
  readonly database?: string;
}

/** A kind of database, for tests that run on each. */
export interface TestDatabase {
  readonly name: string;
  /** It is not installed here. */
  readonly skip: boolean;
  /** To be called before the tests: starts a server where one is needed. */
  start(): Promise<void>;
  /** An empty place. */
  fresh(): Place;
  stop(): Promise<void>;
}

/** Of the client programs, which lie in PATH wherever the server is installed. */
const CREATE_DATABASE = "createdb";
const nothing = async (): Promise<void> => {};

/** Memory, SQLite in a folder, and PostgreSQL on a server of its own. Make it at the top of a test file. */
export function aDatabase(name: "memory" | "sqlite" | "postgresql"): TestDatabase {
  switch (name) {
    case "memory":
      return { name, skip: false, start: nothing, fresh: () => ({}), stop: nothing };
    case "sqlite":
      return sqlite();
    case "postgresql":
      return postgresql();
  }
}

function sqlite(): TestDatabase {
  const folders: string[] = [];
  return {
    name: "sqlite",
    skip: false,
    start: nothing,
    fresh: () => {
      const data = mkdtempSync(join(tmpdir(), "pantahub-test-"));
      folders.push(data);
      return { data };
    },
    stop: async () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function postgresql(): TestDatabase {
  const need = needs("postgresql");
  let server: PostgresServer | undefined;
  let count = 0;
  return {
    name: "postgresql",
    skip: need.skip,
    start: async () => {
      server = await PostgresServer.start(need.folder);
    },
    fresh: () => {
      if (server === undefined) throw new Error("The server was not started");
      const database = `hub_${count++}`;
      const at = ["-h", "127.0.0.1", "-p", String(server.port), "-U", "postgres"];
      execFileSync(CREATE_DATABASE, [...at, database], { stdio: "ignore" });
      return { database: server.url(database) };
    },
    stop: async () => server?.[Symbol.asyncDispose](),
  };
}
