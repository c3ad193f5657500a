import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, runSql } from "../../../test/store-backends.ts";
import { needs } from "../../testing/outside-servers.ts";
import { PostgresServer } from "../../testing/postgres-server.ts";
import { openStores } from "../open-stores.ts";
import { insert, type PowerableStores, replace, type Store, StoreError, type StoreErrorCode, table } from "../store.ts";

interface Counter {
  readonly id: string;
  readonly count: number;
}
interface Entry {
  readonly seq: number;
  readonly writer: number;
}

const counters = table<Counter>("counters", { id: "text", count: "integer" }, { key: ["id"] });
const log = table<Entry>("log", { seq: "serial", writer: "integer" }, { key: ["seq"] });

const code = (wanted: StoreErrorCode): object => expect.objectContaining({ name: "StoreError", code: wanted });
const need = needs("postgresql");

describe.skipIf(need.skip)("PostgreSQL", () => {
  let server: PostgresServer;
  let databases = 0;
  beforeAll(async () => {
    server = await PostgresServer.start(need.folder);
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function aDatabase(): Promise<string> {
    const name = `db_${databases++}`;
    await createDatabase(server, name);
    return server.url(name);
  }

  /** As many processes as there are stores. */
  async function opened(url: string, count: number): Promise<AsyncDisposable & { readonly stores: readonly Store[] }> {
    const all: PowerableStores[] = await Promise.all(Array.from({ length: count }, () => openStores(url)));
    const stores = await Promise.all(all.map((one) => one.open("lab", [counters, log])));
    return {
      stores,
      [Symbol.asyncDispose]: async () => {
        for (const one of all) await one.close();
      },
    };
  }

  async function increase(store: Store, ids: readonly string[]): Promise<void> {
    await store.change(async () => {
      const writes = [];
      for (const id of ids) {
        const old = (await store.get(counters, id)) ?? { id, count: 0 };
        writes.push(replace(counters, old, { id, count: old.count + 1 }));
      }
      return { writes, result: undefined };
    });
  }

  test("several processes create the same tables at the same time", async () => {
    await using four = await opened(await aDatabase(), 4);
    expect(four.stores).toHaveLength(4);
  });

  test("no increase is lost, whoever comes in between", async () => {
    await using three = await opened(await aDatabase(), 3);
    const [first] = three.stores;
    await first?.commit([insert(counters, { id: "a", count: 0 })]);
    const many = async (store: Store): Promise<void> => {
      for (let done = 0; done < 40; ) {
        try {
          await increase(store, ["a"]);
          done++;
        } catch (error) {
          expect(error).toEqual(code("conflict")); // 20 decisions may not be enough against two others
        }
      }
    };
    await Promise.all(three.stores.map(many));
    expect(await first?.get(counters, "a")).toEqual({ id: "a", count: 120 });
  });

  test("commits that wait for each other end as a conflict of one, not as a failure", async () => {
    await using two = await opened(await aDatabase(), 2);
    const [one, other] = two.stores;
    if (one === undefined || other === undefined) throw new Error("two stores");
    const ids = Array.from({ length: 20 }, (_, at) => `c${at}`);
    await one.commit(ids.map((id) => insert(counters, { id, count: 0 })));
    const reversed = ids.toReversed();
    for (let round = 0; round < 2; round++) await Promise.all([increase(one, ids), increase(other, reversed)]);
    expect((await one.find(counters, {}).all([])).map((row) => row.count)).toEqual(ids.map(() => 4));
  });

  test("of two inserts of one key, one is refused", async () => {
    await using two = await opened(await aDatabase(), 2);
    const results = await Promise.allSettled(
      two.stores.map((store) => store.commit([insert(counters, { id: "a", count: 1 })])),
    );
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find((result) => result.status === "rejected")?.reason).toEqual(code("exists"));
  });

  test("whoever has seen a serial number has seen all smaller ones", async () => {
    await using three = await opened(await aDatabase(), 3);
    const [one, other, reader] = three.stores;
    let writing = 2;
    const write = async (store: Store | undefined, writer: number): Promise<void> => {
      for (let at = 0; at < 60; at++) {
        const entries = Array.from({ length: 1 + (at % 3) }, () => insert(log, { seq: 0, writer }));
        await store?.commit(entries);
      }
      writing--;
    };
    const seen: number[] = [];
    const read = async (): Promise<void> => {
      for (let last = writing; last > 0; last = writing) {
        const news = (await reader?.find(log, { where: [["seq", ">"]] }).all([seen.at(-1) ?? 0])) ?? [];
        seen.push(...news.map((entry) => entry.seq));
      }
    };
    await Promise.all([write(one, 1), write(other, 2), read()]);
    const all = (await reader?.find(log, {}).all([])) ?? [];
    expect(all.map((entry) => entry.seq).filter((seq) => seq <= (seen.at(-1) ?? 0))).toEqual(seen);
    expect(all).toHaveLength(240);
  });

  test("tables of another shape are refused, and columns that may be null are added", async () => {
    const url = await aDatabase();
    await using first = await opened(url, 1);
    await first.stores[0]?.commit([insert(counters, { id: "a", count: 1 })]);
    const again = await openStores(url);
    const open = (columns: object, key: readonly string[]): Promise<Store> =>
      again.open("lab", [table("counters", columns as never, { key: key as never })]);
    await expect(open({ id: "text", count: "text" }, ["id"])).rejects.toEqual(code("bad-schema"));
    await expect(open({ id: "text", count: "integer?" }, ["id"])).rejects.toEqual(code("bad-schema"));
    await expect(open({ id: "text", count: "integer", more: "text" }, ["id"])).rejects.toEqual(code("bad-schema"));
    await expect(open({ id: "text" }, ["id"])).rejects.toEqual(code("bad-schema"));
    await expect(open({ id: "text", count: "integer" }, ["id", "count"])).rejects.toEqual(code("bad-schema"));
    const wider = table<Counter & { note: string | null }>(
      "counters",
      { id: "text", count: "integer", note: "text?" },
      { key: ["id"], indexes: [["note"]] },
    );
    const store = await again.open("lab", [wider]);
    expect(await store.get(wider, "a")).toEqual({ id: "a", count: 1, note: null });
    expect(await first.stores[0]?.get(counters, "a")).toEqual({ id: "a", count: 1 });
    await again.close();
  });

  test("says what is wrong with a server, and never the password", async () => {
    const nobody = openStores("postgres://me:secret@127.0.0.1:1/lab");
    await expect(nobody).rejects.toEqual(code("unreachable"));
    await expect(nobody).rejects.toThrow(/^postgres:\/\/127\.0\.0\.1:1\/lab: the server cannot be used/);
    await expect(openStores(server.url("nowhere"))).rejects.toEqual(code("unreachable"));
    await expect(openStores(server.url().replace("//postgres", "//stranger"))).rejects.toEqual(code("unreachable"));
    await createDatabase(server, "ascii", "ENCODING 'SQL_ASCII' TEMPLATE template0");
    await expect(openStores(server.url("ascii"))).rejects.toEqual(code("bad-schema"));
    for (const url of ["", "mysql://x", "sqlite:", "file.db"])
      await expect(openStores(url)).rejects.toThrow("is none of");
  });

  test("a database that may not be written says so", async () => {
    const url = await aDatabase();
    await (await opened(url, 1))[Symbol.asyncDispose]();
    await runSql(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`);
    await using one = await opened(url, 1).catch((error: unknown) => {
      expect(error).toEqual(code("read-only"));
      return { stores: [], [Symbol.asyncDispose]: async () => {} };
    });
    for (const store of one.stores)
      await expect(store.commit([insert(counters, { id: "a", count: 1 })])).rejects.toEqual(code("read-only"));
  });

  test("goes on when the server comes back", { timeout: 60_000 }, async () => {
    const url = await aDatabase();
    await using one = await opened(url, 1);
    const [store] = one.stores;
    await store?.commit([insert(counters, { id: "a", count: 1 })]);
    server.down();
    await expect(store?.get(counters, "a")).rejects.toEqual(code("unreachable"));
    await expect(store?.commit([insert(counters, { id: "b", count: 1 })])).rejects.toEqual(code("unreachable"));
    server.up();
    const row = await store?.get(counters, "a").catch((error: unknown) => {
      expect(error).toBeInstanceOf(StoreError);
      return store.get(counters, "a"); // the first call may meet a connection that died
    });
    expect(row?.count).toBe(1);
  });
});
