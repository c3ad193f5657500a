import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDirectoryStorage } from "../src/storage/directory-storage.ts";
import { SqliteStorages } from "../src/storage/sqlite-storage.ts";
import type { PowerableStorage } from "../src/storage/storage.ts";
import { openStores } from "../src/store/open-stores.ts";
import { table } from "../src/store/store.ts";
import { needs } from "../src/testing/outside-servers.ts";
import { PostgresServer } from "../src/testing/postgres-server.ts";
import { VIRTUAL_EPOCH } from "../src/time/units.ts";
import { Child } from "./child.ts";
import { temporaryFolder } from "./storage-backends.ts";

/** Lets the child acknowledge some writes, kills it in the middle of more, and says which was the last it acknowledged. */
async function lastAcknowledged(script: string, acknowledgements: number): Promise<number> {
  const child = new Child(script);
  for (let at = 1; at <= acknowledgements; at++) expect(await child.line()).toBe(String(at));
  const rest = await child.kill();
  return acknowledgements + rest.length;
}

/** Writes each file twice over, small and large by turns, and acknowledges after the sync. */
const syncing = (storage: string): string => `
  const storage = await (${storage})();
  for (let at = 1; ; at++) {
    const text = String(at) + "x".repeat(at % 3 === 0 ? 100_000 : 10);
    await storage.write("state/current", text);
    await storage.append("log", at + "\\n");
    await storage.sync();
    await say(at);
  }`;

async function check(storage: PowerableStorage, last: number): Promise<void> {
  const current = (await storage.readText("state/current")) ?? "";
  const at = Number.parseInt(current, 10);
  expect(at).toBeGreaterThanOrEqual(last);
  expect(current).toBe(String(at) + "x".repeat(at % 3 === 0 ? 100_000 : 10));
  const lines = ((await storage.readText("log")) ?? "").split("\n").slice(0, last);
  expect(lines).toEqual(Array.from({ length: last }, (_, line) => String(line + 1)));
  expect(await storage.list("state")).toEqual(["current"]);
}

describe("a process killed in the middle of writing has lost nothing that it acknowledged", () => {
  test.each([1, 7, 40])("in a directory, after %i syncs", { timeout: 60_000 }, async (acknowledgements) => {
    await using folder = await temporaryFolder();
    const script = `async () => (await source("storage/directory-storage.ts")).openDirectoryStorage(${JSON.stringify(folder.path)}, { lock: "lock" })`;
    const last = await lastAcknowledged(syncing(script), acknowledgements);
    const storage = await openDirectoryStorage(folder.path, { lock: "lock" });
    await check(storage, last);
    await storage.close();
  });

  test.each([1, 7, 40])(
    "in an SQLite file of storages, after %i syncs",
    { timeout: 60_000 },
    async (acknowledgements) => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, "devices.db");
      const script = `async () => {
      const { SqliteStorages } = await source("storage/sqlite-storage.ts");
      globalThis.storages = await SqliteStorages.open(${JSON.stringify(file)}, { now: () => 0 });
      return globalThis.storages.of("device");
    }`;
      const last = await lastAcknowledged(syncing(script), acknowledgements);
      const storages = await SqliteStorages.open(file, { now: () => VIRTUAL_EPOCH });
      await check(storages.of("device"), last);
      await storages.close();
    },
  );
});

const pairs = table<{ readonly id: number; readonly half: string }>(
  "pairs",
  { id: "integer", half: "text" },
  { key: ["id", "half"] },
);

/** Commits pairs of rows, and acknowledges each. */
const committing = (url: string): string => `
  const { openStores } = await source("store/open-stores.ts");
  const { insert, table } = await source("store/store.ts");
  const pairs = table("pairs", { id: "integer", half: "text" }, { key: ["id", "half"] });
  const store = await (await openStores(${JSON.stringify(url)})).open("lab", [pairs]);
  for (let id = 1; ; id++) {
    try {
      await store.commit([insert(pairs, { id, half: "left" }), insert(pairs, { id, half: "right" })]);
    } catch (error) {
      if (error.code !== "unreachable") throw error;
      process.exit();
    }
    await say(id);
  }`;

async function checkPairs(url: string, last: number): Promise<void> {
  const stores = await openStores(url);
  const store = await stores.open("lab", [pairs]);
  const rows = await store.find(pairs, {}).all([]);
  expect(rows.length).toBeGreaterThanOrEqual(last * 2);
  const wanted = Array.from({ length: rows.length }, (_, at) => ({
    id: Math.floor(at / 2) + 1,
    half: at % 2 === 0 ? "left" : "right",
  }));
  expect(rows).toEqual(wanted);
  expect(rows.length % 2).toBe(0);
  await stores.close();
}

describe("a process killed in the middle of many commits has lost none that it acknowledged, and left none half done", () => {
  test.each([1, 500])("SQLite, after %i commits", { timeout: 60_000 }, async (acknowledgements) => {
    await using folder = await temporaryFolder();
    const url = `sqlite:${join(folder.path, "lab.db")}`;
    await checkPairs(url, await lastAcknowledged(committing(url), acknowledgements));
  });

  const need = needs("postgresql");
  describe.skipIf(need.skip)("PostgreSQL", () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start(need.folder);
    }, 60_000);
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
    });

    test("after 300 commits", { timeout: 60_000 }, async () => {
      await checkPairs(server.url(), await lastAcknowledged(committing(server.url()), 300));
    });

    test("the server killed instead", { timeout: 60_000 }, async () => {
      const url = server.url("template1");
      const child = new Child(committing(url));
      let last = 0;
      while (last < 200) last = Number(await child.line());
      server.down();
      last += (await child.kill()).length;
      server.up();
      await checkPairs(url, last);
    });
  });
});
