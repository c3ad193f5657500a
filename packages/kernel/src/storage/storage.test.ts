import { describe, expect, test } from "vitest";
import { storageBackends } from "../../test/storage-backends.ts";
import { MemoryBlob } from "./memory-blob.ts";
import { MemoryBlobs } from "./memory-blobs.ts";
import type { StorageErrorCode } from "./storage.ts";
import { syntheticBlob } from "./synthetic-blob.ts";

const code = (wanted: StorageErrorCode): object => expect.objectContaining({ name: "StorageError", code: wanted });
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

async function* stream(...chunks: readonly (string | Error)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield new TextEncoder().encode(chunk);
  }
}

describe.each(storageBackends)("$name storage", ({ open }) => {
  test("gives back what was written, byte for byte", async () => {
    await using opened = await open();
    const { storage } = opened;
    for (const content of [
      bytes(),
      bytes(0, 255, 10, 13),
      bytes(0xef, 0xbb, 0xbf, 65),
      new Uint8Array(70_000).fill(200),
    ]) {
      await storage.write("a/b", content);
      expect(await storage.read("a/b")).toEqual(content);
    }
    for (const content of ["", "plain", "Ünïcode 🎭", "\uFEFFmark", "x".repeat(70_000)]) {
      await storage.write("a/b", content);
      expect(await storage.readText("a/b")).toBe(content);
    }
    await storage.write("a/b", bytes(65, 0xff));
    expect(await storage.readText("a/b")).toBe("A\uFFFD");
  });

  test("keeps no hold on the array that was written", async () => {
    await using opened = await open();
    const { storage } = opened;
    for (const size of [3, 100_000]) {
      const content = new Uint8Array(size).fill(65);
      await storage.write("a", content);
      content.fill(66);
      (await storage.read("a"))?.fill(67);
      expect((await storage.read("a"))?.[0]).toBe(65);
    }
  });

  test("has nothing where nothing was written", async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.write("folder/file", "x");
    for (const path of ["none", "folder", "folder/file/below", "folder/none"]) {
      expect(await storage.read(path)).toBeUndefined();
      expect(await storage.readText(path)).toBeUndefined();
      expect(await storage.blob(path)).toBeUndefined();
      expect(await storage.stat(path)).toBeUndefined();
      expect(await storage.readLink(path)).toBeUndefined();
    }
    expect(await storage.readLink("folder/file")).toBeUndefined();
    expect(await storage.list("none")).toEqual([]);
    await storage.remove("none");
  });

  test("lists names directly below a folder, sorted by code unit", async () => {
    await using opened = await open();
    const { storage } = opened;
    for (const path of ["d/b/x", "d/b/y/z", "d/b-c", "d/a", "d/é", "d/\u{1F3AD}", "d/\uFFFD", "top"])
      await storage.write(path, "1");
    await storage.link("d/link", "a");
    expect(await storage.list("d")).toEqual(["a", "b", "b-c", "link", "é", "\u{1F3AD}", "\uFFFD"]);
    expect(await storage.list("d/b")).toEqual(["x", "y"]);
    expect((await storage.list("")).filter((name) => name !== "config")).toEqual(["d", "top"]);
  });

  test("appends, also to a new file and to large ones", async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.append("log", "one\n");
    await storage.append("log", bytes(0xc3, 0x9f));
    await storage.append("log", "\n");
    expect(await storage.readText("log")).toBe("one\nß\n");
    await storage.write("large", "x".repeat(100_000));
    await storage.append("large", "end");
    expect((await storage.stat("large"))?.size).toBe(100_003);
    expect((await storage.readText("large"))?.slice(-4)).toBe("xend");
  });

  test("removes a file, a link, and everything below a folder", async () => {
    await using opened = await open();
    const { storage } = opened;
    for (const path of ["a/1", "a/b/2", "a/b/c/3", "ab/4"]) await storage.write(path, "x");
    await storage.link("to-a", "a");
    await storage.remove("to-a");
    expect(await storage.list("a")).toEqual(["1", "b"]);
    await storage.remove("a/1");
    await storage.remove("a/b");
    expect(await storage.list("a")).toEqual([]);
    expect((await storage.list("")).filter((name) => name !== "config")).toEqual(["ab"]);
  });

  test("renames files over others, and whole folders", async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.write("new", "2");
    await storage.write("old", "1");
    await storage.rename("new", "old");
    expect(await storage.readText("old")).toBe("2");
    expect(await storage.stat("new")).toBeUndefined();
    for (const path of ["f/a", "f/b/c"]) await storage.write(path, path);
    await storage.link("f/l", "a");
    await storage.rename("f", "g/h");
    expect(await storage.readText("g/h/b/c")).toBe("f/b/c");
    expect(await storage.readText("g/h/l")).toBe("f/a");
    expect(await storage.list("f")).toEqual([]);
    await storage.rename("old", "old");
    expect(await storage.readText("old")).toBe("2");
    await expect(storage.rename("none", "x")).rejects.toEqual(code("missing"));
    await expect(storage.rename("g", "g/h/i")).rejects.toEqual(code("bad-path"));
    await expect(storage.rename("old", "g/h")).rejects.toEqual(code("bad-path"));
    await expect(storage.rename("g", "old")).rejects.toEqual(code("bad-path"));
    expect(await storage.readText("g/h/a")).toBe("f/a");
  });

  test("no file is a folder too", async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.write("a/b", "x");
    await expect(storage.write("a", "x")).rejects.toEqual(code("bad-path"));
    await expect(storage.link("a", "x")).rejects.toEqual(code("bad-path"));
    await expect(storage.append("a/b/c", "x")).rejects.toEqual(code("bad-path"));
    await expect(storage.receive("a/b/c/d", { kind: "text", text: "x" })).rejects.toEqual(code("bad-path"));
    expect(await storage.list("a")).toEqual(["b"]);
  });

  test.each([
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/../b",
    "a/./b",
    "../a",
    "a\0b",
    "a/\uD800",
    `${"x/".repeat(600)}x`,
    "n".repeat(256),
    "é".repeat(128),
    ".understudy-x",
    "a/.understudy-1/b",
  ])("refuses the path %j", async (path) => {
    await using opened = await open();
    const { storage } = opened;
    await storage.write("ok", "x");
    const blob = new MemoryBlob(bytes(1));
    const calls = [
      storage.read(path),
      storage.readText(path),
      storage.write(path, "x"),
      storage.append(path, "x"),
      storage.place(path, blob),
      storage.receive(path, { kind: "empty" }),
      storage.blob(path),
      storage.rename(path, "y"),
      storage.rename("ok", path),
      storage.remove(path),
      storage.link(path, "x"),
      storage.readLink(path),
      storage.stat(path),
    ];
    for (const call of await Promise.allSettled(calls))
      expect(call).toEqual({ status: "rejected", reason: code("bad-path") });
    if (path !== "") await expect(storage.list(path)).rejects.toEqual(code("bad-path"));
    expect(await storage.readText("ok")).toBe("x");
  });

  test("takes the longest paths and odd but lawful names", async () => {
    await using opened = await open();
    const { storage } = opened;
    const longest = `${"d".repeat(255)}/${"e".repeat(255)}/${"f".repeat(255)}/${"ü".repeat(127)}x`;
    for (const path of [longest, "...", ".hidden", "a b/\t/\n", "-", "*?", "C:\\x", "a/..b"]) {
      await storage.write(path, path);
      expect(await storage.readText(path)).toBe(path);
    }
  });

  test("follows links, but never out of the storage", async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.write("trails/0/.pvr/json", "{}");
    await storage.link("trails/current", "0");
    await storage.link("steps/now", "../trails/./current/.pvr");
    expect(await storage.readText("trails/current/.pvr/json")).toBe("{}");
    expect(await storage.readText("steps/now/json")).toBe("{}");
    expect(await storage.list("steps/now")).toEqual(["json"]);
    expect(await storage.readLink("trails/current")).toBe("0");
    expect((await storage.stat("trails/current"))?.kind).toBe("link");
    await storage.write("trails/current/.pvr/json", "[]");
    expect(await storage.readText("trails/0/.pvr/json")).toBe("[]");
    await storage.link("trails/current", "locals/foo");
    expect(await storage.read("trails/current/.pvr/json")).toBeUndefined();
    for (const target of ["/etc", "../..", "../../etc/passwd", "..", "loop"]) {
      await storage.link("a/loop", target);
      expect(await storage.read("a/loop")).toBeUndefined();
      expect(await storage.read("a/loop/hostname")).toBeUndefined();
      expect(await storage.list("a/loop")).toEqual([]);
      await expect(storage.write("a/loop/x", "x")).rejects.toEqual(code("bad-path"));
      await expect(storage.append("a/loop", "x")).rejects.toEqual(code("bad-path"));
      expect(await storage.readLink("a/loop")).toBe(target);
    }
  });

  test("writing over a link replaces it; appending and receiving go to what it leads to", async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.write("d/file", "1");
    await storage.link("link", "d/file");
    await storage.append("link", "2");
    await storage.receive("link", { kind: "text", text: "3" }, { from: 2 });
    expect(await storage.readText("d/file")).toBe("123");
    await storage.link("dangling", "d/fresh");
    await storage.append("dangling", "x");
    expect(await storage.readText("d/fresh")).toBe("x");
    await storage.write("link", "own");
    expect(await storage.readText("d/file")).toBe("123");
    expect(await storage.readLink("link")).toBeUndefined();
  });

  test("receives every kind of body", async () => {
    await using opened = await open();
    const { storage } = opened;
    const blob = syntheticBlob("image", 700_000);
    const receive = async (...args: Parameters<typeof storage.receive>): Promise<string | undefined> => {
      const size = await storage.receive(...args);
      expect((await storage.stat(args[0]))?.size).toBe(size);
      return storage.readText(args[0]);
    };
    expect(await receive("x", { kind: "text", text: "täxt" })).toBe("täxt");
    expect(await receive("x", { kind: "json", value: { a: [1] } })).toBe('{"a":[1]}');
    expect(await receive("x", { kind: "bytes", bytes: bytes(65, 66) })).toBe("AB");
    expect(await receive("x", { kind: "stream", chunks: stream("ab", "", "cd") })).toBe("abcd");
    expect(await receive("x", { kind: "empty" }, { from: 3 })).toBe("abc");
    expect(await receive("x", { kind: "empty" })).toBe("");
    await storage.receive("b", { kind: "blob", blob, start: 0, end: blob.size });
    expect((await storage.blob("b"))?.sha256).toBe(blob.sha256);
  });

  test("takes a broken download up again where it ended", async () => {
    await using opened = await open();
    const { storage } = opened;
    const blob = syntheticBlob("image", 600_001);
    const broken = storage.receive("o", { kind: "stream", chunks: stream("first ", new Error("connection reset")) });
    await expect(broken).rejects.toThrow("connection reset");
    expect(await storage.readText("o")).toBe("first ");
    await expect(storage.receive("o", { kind: "empty" }, { from: 7 })).rejects.toEqual(code("mismatch"));
    expect(await storage.receive("o", { kind: "stream", chunks: stream("second") }, { from: 6 })).toBe(12);
    await storage.receive("o", { kind: "blob", blob, start: 0, end: 300_000 });
    await storage.receive("o", { kind: "blob", blob, start: 299_999, end: 600_001 }, { from: 299_999 });
    expect((await storage.blob("o"))?.sha256).toBe(blob.sha256);
  });

  test("receives no more than the limit", async () => {
    await using opened = await open();
    const { storage } = opened;
    const body = { kind: "stream", chunks: stream("abc", "def", "ghi") } as const;
    await expect(storage.receive("x", body, { limit: 4 })).rejects.toEqual(code("too-large"));
    expect(await storage.readText("x")).toBe("abcd");
    expect(await storage.receive("x", { kind: "text", text: "e" }, { from: 4, limit: 5 })).toBe(5);
  });

  test("places blobs and names files as blobs", async () => {
    await using opened = await open();
    const { storage } = opened;
    const blob = await new MemoryBlobs().put("content");
    await storage.place("objects/x", blob);
    expect(await storage.readText("objects/x")).toBe("content");
    const again = await storage.blob("objects/x");
    expect([again?.sha256, again?.size]).toEqual([blob.sha256, 7]);
    await storage.append("objects/x", "!");
    expect((await storage.blob("objects/x"))?.sha256).not.toBe(blob.sha256);
    expect(await blob.bytes()).toEqual(new TextEncoder().encode("content"));
    if (again !== undefined)
      await storage.place("copy", again).catch((error: unknown) => expect(error).toEqual(code("missing")));
  });

  test("says what is used", async () => {
    await using opened = await open();
    const { storage } = opened;
    const before = await storage.usage();
    await storage.write("a", "12345");
    await storage.write("b/c", "678");
    await storage.write("a", "1");
    const after = await storage.usage();
    expect(after.used - before.used).toBe(4);
    expect(after.free).toBeGreaterThan(0);
  });

  test("a snapshot holds what was synced and makes an equal storage", async () => {
    await using opened = await open();
    await using other = await open();
    const { storage } = opened;
    await storage.write("a/small", "1");
    await storage.write("a/grows", "x".repeat(100_000));
    await storage.write("a/renamed", "y".repeat(100_000));
    await storage.place("object", syntheticBlob("o", 500_000));
    await storage.link("a/link", "small");
    await storage.sync();
    await storage.write("a/small", "2");
    await storage.write("a/new", "n");
    await storage.append("a/grows", "more");
    await storage.rename("a/renamed", "a/other");
    await storage.remove("object");
    await other.storage.write("stranger", "x");
    await other.storage.restore(await storage.snapshot());
    expect(await other.storage.list("a")).toEqual(["grows", "link", "renamed", "small"]);
    expect(await other.storage.readText("a/link")).toBe("1");
    expect((await other.storage.stat("a/grows"))?.size).toBe(100_000);
    expect((await other.storage.blob("object"))?.sha256).toBe(syntheticBlob("o", 500_000).sha256);
    expect(await other.storage.stat("stranger")).toBeUndefined();
    await other.storage.cut();
    expect(await other.storage.readText("a/small")).toBe("1");
    expect(await storage.readText("a/small")).toBe("2");
  });

  test("a download that runs while the power is cut writes nothing more", async () => {
    await using opened = await open();
    const { storage } = opened;
    const halfway = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncIterable<Uint8Array> {
      yield bytes(65);
      halfway.resolve();
      await gate.promise;
      yield bytes(66);
    }
    const receiving = storage.receive("x", { kind: "stream", chunks: slow() });
    const failed = expect(receiving).rejects.toEqual(code("failed"));
    await halfway.promise;
    await storage.cut(() => true);
    gate.resolve();
    await failed;
    expect(await storage.readText("x")).toBe("A");
  });
});
