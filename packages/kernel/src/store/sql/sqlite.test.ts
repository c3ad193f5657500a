import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { Child } from "../../../test/child.ts";
import { temporaryFolder } from "../../../test/storage-backends.ts";
import { openStores } from "../open-stores.ts";
import { insert, replace, type Store, type StoreErrorCode, table } from "../store.ts";

interface Counter {
  readonly id: string;
  readonly count: number;
}

const counters = table<Counter>("counters", { id: "text", count: "integer" }, { key: ["id"] });
const code = (wanted: StoreErrorCode): object => expect.objectContaining({ name: "StoreError", code: wanted });

test("several processes may share a file, and no increase is lost", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path}/lab.db`;
  const stores = await openStores(url);
  const store = await stores.open("lab", [counters]);
  await store.commit([insert(counters, { id: "a", count: 0 })]);
  const script = `
    const { openStores } = await source("store/open-stores.ts");
    const { replace, table } = await source("store/store.ts");
    const counters = table("counters", { id: "text", count: "integer" }, { key: ["id"] });
    const store = await (await openStores(${JSON.stringify(url)})).open("lab", [counters]);
    for (let at = 0; at < 200; at++) {
      await store.change(async () => {
        const old = await store.get(counters, "a");
        return { writes: [replace(counters, old, { id: "a", count: old.count + 1 })] };
      });
    }
    await say("done");`;
  const children = [new Child(script), new Child(script)];
  for (const child of children) expect(await child.line()).toBe("done");
  expect((await store.get(counters, "a"))?.count).toBe(400);
  await stores.close();
});

test("a file that another process does not let go of is in use", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/lab.db`;
  const stores = await openStores(`sqlite:${file}`);
  const store = await stores.open("lab", [counters]);
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  const writing = store.commit([insert(counters, { id: "a", count: 1 })]);
  await expect(writing).rejects.toEqual(code("in-use"));
  await expect(writing).rejects.toThrow("in use by another process");
  other.exec("ROLLBACK");
  await store.commit([insert(counters, { id: "a", count: 1 })]);
  other.close();
  await stores.close();
});

test("tables of another shape are refused, and columns that may be null are added", async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path}/lab.db`;
  const stores = await openStores(url);
  await (await stores.open("lab", [counters])).commit([insert(counters, { id: "a", count: 1 })]);
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
  const row = (await store.get(wider, "a")) ?? { id: "", count: 0, note: "" };
  expect(row).toEqual({ id: "a", count: 1, note: null });
  await store.commit([replace(wider, row, { ...row, note: "n" })]);
  await again.close();
  await stores.close();
});

test("a file that cannot be opened says why", async () => {
  await using folder = await temporaryFolder();
  await expect(openStores(`sqlite:${folder.path}`)).rejects.toEqual(code("read-only"));
  await expect(openStores("sqlite:/dev/null/lab.db")).rejects.toEqual(code("failed"));
  await expect(openStores("sqlite:/proc/lab.db")).rejects.toEqual(code("read-only"));
});

test("a table shows itself to other tools as it says, and the first of several stand-ins does", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/lab.db`;
  const shown = table<Counter>(
    "counters",
    { id: "text", count: "integer" },
    { key: ["id"], view: { name: "totals", columns: "id as name, count * 2 as twice" } },
  );
  for (const _ of ["made", "opened again"]) {
    const stores = await openStores(`sqlite:${file}`);
    const store = await stores.open("lab", [shown]);
    const old = await store.get(shown, "a");
    if (old === undefined) await store.commit([insert(shown, { id: "a", count: 2 })]);
    await (await stores.open("other", [shown])).find(shown, {}).all([]);
    await stores.close();
  }
  const other = new DatabaseSync(file);
  expect({ ...other.prepare("SELECT * FROM totals").get() }).toEqual({ name: "a", twice: 4 });
  other.close();
});
