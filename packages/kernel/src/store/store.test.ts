import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storeBackends } from "../../test/store-backends.ts";
import { insert, type Query, remove, removeWhere, replace, type Store, type StoreErrorCode, table } from "./store.ts";

interface Device {
  readonly id: string;
  readonly nick: string | null;
  readonly revision: number;
  readonly online: boolean;
  readonly load: number | null;
  readonly meta: unknown;
  readonly key: Uint8Array | null;
  readonly "state-sha": string;
}

const devices = table<Device>(
  "devices",
  {
    id: "text",
    nick: "text?",
    revision: "integer",
    online: "boolean",
    load: "real?",
    meta: "json",
    key: "bytes?",
    "state-sha": "text",
  },
  { key: ["id"], unique: [["nick"], ["revision", "state-sha"]], indexes: [["online", "load"], ["state-sha"]] },
);

const device = (id: string, more: Partial<Device> = {}): Device => {
  return { id, nick: null, revision: 0, online: false, load: null, meta: {}, key: null, "state-sha": id, ...more };
};

interface Entry {
  readonly seq: number;
  readonly topic: string;
  readonly text: string;
}

const log = table<Entry>(
  "log",
  { seq: "serial", topic: "text", text: "text" },
  { key: ["seq"], indexes: [["topic", "seq"]] },
);

interface Step {
  readonly trail: string;
  readonly rev: number;
  readonly serial: number;
  readonly status: string | null;
}

const steps = table<Step>(
  "steps",
  { trail: "text", rev: "integer", serial: "serial", status: "text?" },
  { key: ["trail", "rev"], indexes: [["status", "rev"]] },
);

const code = (wanted: StoreErrorCode, details: object = {}): object =>
  expect.objectContaining({ name: "StoreError", code: wanted, details: expect.objectContaining(details) });
const all = {};

describe.each(storeBackends.filter((backend) => !backend.skip))("$name store", (backend) => {
  let server: AsyncDisposable;
  beforeAll(async () => {
    server = await backend.start();
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function aStore(): Promise<AsyncDisposable & { readonly store: Store }> {
    const place = await backend.place();
    const stores = await place.open();
    return {
      store: await stores.open("lab", [devices, log, steps]),
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  }

  test("gives back rows as they were written, frozen", async () => {
    await using opened = await aStore();
    const { store } = opened;
    const rows = [
      device("plain"),
      device("full", {
        nick: "Ünï 🎭",
        revision: Number.MAX_SAFE_INTEGER,
        online: true,
        load: 0.1 + 0.2,
        key: new Uint8Array([0, 255]),
      }),
      device("", { revision: -1, load: -1e-300, key: new Uint8Array(), "state-sha": "'\";--\\" }),
    ];
    await store.commit(rows.map((row) => insert(devices, { ...row })));
    for (const row of rows) {
      const read = await store.get(devices, row.id);
      expect(read).toEqual(row);
      expect(read?.key instanceof Uint8Array && !Buffer.isBuffer(read.key)).toBe(row.key !== null);
      expect(Object.isFrozen(read)).toBe(true);
      expect(Object.keys(read ?? {})).toEqual(Object.keys(devices.columns));
    }
    expect(await store.get(devices, "none")).toBeUndefined();
  });

  test("keeps JSON as it was, keys in their order", async () => {
    await using opened = await aStore();
    const { store } = opened;
    const values = [
      null,
      true,
      0,
      "",
      "nul \u0000 lone \ud800 🎭",
      [],
      [null],
      { b: 1, a: { z: [1.5, -0.1], y: "" } },
      { "": {} },
      1e300,
    ];
    for (const [at, meta] of values.entries()) {
      await store.commit([insert(devices, device(`d${at}`, { meta }))]);
      expect(JSON.stringify((await store.get(devices, `d${at}`))?.meta)).toBe(JSON.stringify(meta));
    }
  });

  test("replaces and removes a row as it was read", async () => {
    await using opened = await aStore();
    const { store } = opened;
    await store.commit([insert(devices, device("a"))]);
    const old = (await store.get(devices, "a")) ?? device("a");
    await store.commit([replace(devices, old, { ...old, revision: 1, nick: "n" })]);
    const now = (await store.get(devices, "a")) ?? device("a");
    expect(now.revision).toBe(1);
    await store.commit([replace(devices, now, { ...now, id: "b" })]);
    expect(await store.get(devices, "a")).toBeUndefined();
    const moved = (await store.find(devices, { where: [["nick", "="]] }).first(["n"])) ?? device("b");
    expect(moved.id).toBe("b");
    await store.commit([remove(devices, moved)]);
    expect(await store.find(devices, all).all([])).toEqual([]);
  });

  test("whoever read before somebody else wrote gets a conflict, and changes nothing", async () => {
    await using opened = await aStore();
    const { store } = opened;
    await store.commit([insert(devices, device("a"))]);
    const old = (await store.get(devices, "a")) ?? device("a");
    await store.commit([replace(devices, old, { ...old, revision: 1 })]);
    const late = [replace(devices, old, { ...old, revision: 2 }), remove(devices, old)];
    for (const write of late) {
      const batch = store.commit([insert(devices, device("b")), write]);
      await expect(batch).rejects.toEqual(code("conflict", { table: "devices", key: ["a"] }));
    }
    expect((await store.get(devices, "a"))?.revision).toBe(1);
    expect(await store.get(devices, "b")).toBeUndefined();
    const current = (await store.get(devices, "a")) ?? device("a");
    await expect(store.commit([remove(devices, { ...current })])).rejects.toEqual(code("conflict"));
    await store.commit([remove(devices, current), insert(devices, device("a", { revision: 1 }))]);
    await expect(store.commit([remove(devices, current)])).rejects.toEqual(code("conflict"));
  });

  test("a row that was written counts as read", async () => {
    await using opened = await aStore();
    const { store } = opened;
    const [first, second, third] = [device("a"), device("a", { revision: 1 }), device("a", { revision: 2 })];
    await store.commit([insert(devices, first), replace(devices, first, second)]);
    await store.commit([replace(devices, second, third)]);
    await expect(store.commit([remove(devices, second)])).rejects.toEqual(code("conflict"));
    expect((await store.get(devices, "a"))?.revision).toBe(2);
    expect(Object.isFrozen(third)).toBe(true);
    await store.commit([remove(devices, third)]);
  });

  test("a row of a commit that failed was not written", async () => {
    await using opened = await aStore();
    const { store } = opened;
    const row = device("a");
    await expect(store.commit([insert(devices, row), insert(devices, row)])).rejects.toEqual(code("exists"));
    await expect(store.commit([remove(devices, row)])).rejects.toEqual(code("conflict"));
    await store.commit([insert(devices, row)]);
    await store.commit([remove(devices, row)]);
  });

  test("keys and unique sets are taken once; nulls take nothing", async () => {
    await using opened = await aStore();
    const { store } = opened;
    await store.commit([
      insert(devices, device("a", { nick: "n", revision: 7 })),
      insert(devices, device("b")),
      insert(devices, device("c")),
    ]);
    const taken = (columns: readonly string[]): object => code("exists", { table: "devices", columns });
    await expect(store.commit([insert(devices, device("a", { "state-sha": "x" }))])).rejects.toEqual(taken(["id"]));
    await expect(store.commit([insert(devices, device("d", { nick: "n" }))])).rejects.toEqual(taken(["nick"]));
    const same = insert(devices, device("e", { revision: 7, "state-sha": "a" }));
    await expect(store.commit([insert(devices, device("f")), same])).rejects.toEqual(taken(["revision", "state-sha"]));
    const old = (await store.get(devices, "b")) ?? device("b");
    await expect(store.commit([replace(devices, old, { ...old, nick: "n" })])).rejects.toEqual(taken(["nick"]));
    await expect(store.commit([replace(devices, old, { ...old, id: "a" })])).rejects.toEqual(taken(["id"]));
    expect(await store.find(devices, all).count([])).toBe(3);
    const holder = (await store.get(devices, "a")) ?? device("a");
    const freed = [replace(devices, holder, { ...holder, nick: null }), replace(devices, old, { ...old, nick: "n" })];
    await store.commit(freed);
    expect((await store.find(devices, { where: [["nick", "="]] }).first(["n"]))?.id).toBe("b");
    await store.commit([
      remove(devices, (await store.get(devices, "b")) ?? old),
      insert(devices, device("g", { nick: "n" })),
    ]);
  });

  test("serial numbers only grow, also when the newest row is gone", async () => {
    await using opened = await aStore();
    const { store } = opened;
    const newest = { order: [["seq", "desc"]] } as const satisfies Query<Entry>;
    const entry = (text: string): Entry => ({ seq: 0, topic: "t", text });
    await store.commit([insert(log, entry("1")), insert(log, entry("2"))]);
    const first = (await store.find(log, newest).first([])) ?? entry("");
    expect(first.text).toBe("2");
    await store.commit([remove(log, first)]);
    await store.commit([insert(log, entry("3"))]);
    const second = (await store.find(log, newest).first([])) ?? entry("");
    expect(second.seq).toBeGreaterThan(first.seq);
    await store.commit([replace(log, second, { ...second, text: "3!" })]);
    expect((await store.get(log, second.seq))?.text).toBe("3!");
    await store.commit([
      insert(steps, { trail: "t", rev: 1, serial: 0, status: null }),
      insert(steps, { trail: "s", rev: 1, serial: 0, status: null }),
    ]);
    expect((await store.find(steps, { order: [["serial", "asc"]] }).all([])).map((step) => step.trail)).toEqual([
      "t",
      "s",
    ]);
  });

  test("finds by key, index and any other condition, in order and by page", async () => {
    await using opened = await aStore();
    const { store } = opened;
    for (const trail of ["a", "b"]) {
      for (let rev = 0; rev < 600; rev++)
        await store.commit([insert(steps, { trail, rev, serial: 0, status: rev % 100 === 0 ? "DONE" : null })]);
    }
    const ofTrail = { where: [["trail", "="]], order: [["rev", "desc"]] } as const satisfies Query<Step>;
    expect((await store.find(steps, ofTrail).first(["a"]))?.rev).toBe(599);
    expect(await store.find(steps, ofTrail).count(["b"])).toBe(600);
    const page = await store.find(steps, ofTrail).all(["b"], { limit: 3, offset: 598 });
    expect(page.map((step) => step.rev)).toEqual([1, 0]);
    const done = {
      where: [
        ["status", "="],
        ["rev", ">="],
        ["rev", "<"],
      ],
    } as const satisfies Query<Step>;
    const found = await store.find(steps, done).all(["DONE", 100, 300]);
    expect(found.map((step) => `${step.trail}${step.rev}`)).toEqual(["a100", "a200", "b100", "b200"]);
    expect(await store.find(steps, { where: [["status", "="]] }).count([null])).toBe(1188);
    expect(
      await store
        .find(steps, {
          where: [
            ["trail", "="],
            ["rev", "="],
          ],
        })
        .all(["a", 5]),
    ).toHaveLength(1);
    expect(await store.find(steps, ofTrail).all(["a"], { limit: 0 })).toEqual([]);
    expect(await store.find(steps, all).all([], { offset: 1199 })).toHaveLength(1);
  });

  test("removes all rows that match", async () => {
    await using opened = await aStore();
    const { store } = opened;
    await store.commit(["a", "b", "c"].map((id) => insert(devices, device(id, { online: id !== "b" }))));
    await store.commit([removeWhere(devices, { where: [["online", "="]] }, [true]), insert(devices, device("a"))]);
    expect((await store.find(devices, all).all([])).map((row) => row.id)).toEqual(["a", "b"]);
    await expect(
      store.commit([removeWhere(devices, all, []), insert(devices, device("x")), insert(devices, device("x"))]),
    ).rejects.toEqual(code("exists"));
    expect(await store.find(devices, all).count([])).toBe(2);
  });

  test("a change is decided anew until nobody was in between", async () => {
    await using opened = await aStore();
    const { store } = opened;
    await store.commit([insert(devices, device("a"))]);
    const increase = (): Promise<number> =>
      store.change(async () => {
        const old = (await store.get(devices, "a")) ?? device("a");
        await Promise.resolve();
        return { writes: [replace(devices, old, { ...old, revision: old.revision + 1 })], result: old.revision + 1 };
      });
    const results = await Promise.all(Array.from({ length: 8 }, increase));
    expect(results.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    let decisions = 0;
    const hopeless = store.change(async () => {
      decisions++;
      return { writes: [remove(devices, device("a"))], result: undefined };
    });
    await expect(hopeless).rejects.toEqual(code("conflict"));
    expect(decisions).toBe(20);
  });

  test.each([
    ["a missing member", { nick: undefined as never }],
    ["null where none may be", { "state-sha": null as never }],
    ["a wrong type", { revision: "1" as never }],
    ["a fraction for an integer", { revision: 0.5 }],
    ["an integer that is not exact", { revision: 2 ** 53 }],
    ["no number", { load: Number.NaN }],
    ["an infinite number", { load: Number.POSITIVE_INFINITY }],
    ["NUL in a text", { nick: "a\0b" }],
    ["half a character", { nick: "\ud83c" }],
    ["a stranger", { extra: 1 } as never],
    ["no JSON at all", { meta: undefined }],
  ])("refuses a row with %s", async (_what, more: Partial<Device>) => {
    await using opened = await aStore();
    const { store } = opened;
    await expect(store.commit([insert(devices, device("ok")), insert(devices, device("a", more))])).rejects.toEqual(
      code("failed", { table: "devices" }),
    );
    expect(await store.find(devices, all).count([])).toBe(0);
  });

  test("refuses tables and queries that cannot be", async () => {
    await using place = await backend.place();
    const stores = await place.open();
    const odd = [
      table<Device>("no space", devices.columns, { key: ["id"] }),
      table<Device>("_v", devices.columns, { key: ["id"] }),
      table<Device>("t", devices.columns, { key: [] }),
      table<Device>("t", devices.columns, { key: ["nick"] }),
      table<Device>("t", devices.columns, { key: ["id"], indexes: [["meta"]] }),
      table<{ a: string }>("t", { a: "text", _version: "integer" } as never, { key: ["a"] }),
    ];
    for (const each of odd) await expect(stores.open("x", [each as never])).rejects.toEqual(code("bad-schema"));
    const store = await stores.open("lab", [devices]);
    const query =
      (where: unknown): (() => unknown) =>
      () =>
        store.find(devices, { where } as never);
    expect(query([["nope", "="]])).toThrow(expect.objectContaining({ code: "bad-schema" }));
    expect(query([["meta", "="]])).toThrow(expect.objectContaining({ code: "bad-schema" }));
    expect(query([["revision", "prefix"]])).toThrow(expect.objectContaining({ code: "bad-schema" }));
    expect(() => store.find(log, all)).toThrow(expect.objectContaining({ code: "bad-schema" }));
    await expect(store.find(devices, { where: [["id", "="]] }).all([])).rejects.toEqual(code("failed"));
    await expect(store.find(devices, { where: [["id", "in"]] }).all(["x"])).rejects.toEqual(code("failed"));
  });

  test("each name has tables of its own, and they outlive a restart", async () => {
    await using place = await backend.place();
    const stores = await place.open();
    for (const name of ["east", "East", "e_ast", "a/b ü", "x".repeat(100)]) {
      const store = await stores.open(name, [devices]);
      await store.commit([insert(devices, device(name))]);
    }
    const again = await place.open();
    for (const name of ["east", "East", "e_ast", "a/b ü", "x".repeat(100)]) {
      const rows = await (await again.open(name, [devices, log])).find(devices, all).all([]);
      expect(rows.map((row) => row.id)).toEqual([name]);
    }
  });

  test("tables may be opened while others are written", async () => {
    await using place = await backend.place();
    const stores = await place.open();
    const store = await stores.open("lab", [devices]);
    const commits = Array.from({ length: 20 }, (_, at) => store.commit([insert(devices, device(`d${at}`))]));
    const opened = await Promise.all(["lab", "lab", "east", "west"].map((name) => stores.open(name, [devices, log])));
    await Promise.all(commits);
    expect(await opened[0]?.find(devices, all).count([])).toBe(20);
    expect(await opened[2]?.find(log, all).count([])).toBe(0);
  });

  test("a snapshot can be taken up again elsewhere", async () => {
    await using place = await backend.place();
    await using other = await backend.place();
    const store = await (await place.open()).open("lab", [devices, log]);
    await store.commit([insert(devices, device("a", { meta: [1] })), insert(log, { seq: 0, topic: "t", text: "1" })]);
    const snapshot = await (await place.open()).snapshot();
    const stores = await place.open();
    await stores.open("lab", [devices, log]);
    const taken = backend.name === "memory" ? snapshot : await stores.snapshot();
    await store.commit([insert(devices, device("late"))]);

    const elsewhere = await other.open();
    await elsewhere.restore(JSON.parse(JSON.stringify(taken)));
    const restored = await elsewhere.open("lab", [devices]);
    const row = (await restored.get(devices, "a")) ?? device("");
    expect(row).toEqual(device("a", { meta: [1] }));
    await restored.commit([replace(devices, row, { ...row, revision: 1 })]);
    const entries = await elsewhere.open("lab", [log]);
    await entries.commit([insert(log, { seq: 0, topic: "t", text: "2" })]);
    expect((await entries.find(log, all).all([])).map((entry) => entry.seq)).toEqual([1, 2]);
    expect(await restored.get(devices, "late")).toBeUndefined();
  });
});
