import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/storage-backends.ts";
import type { Blobs } from "./blob.ts";
import { corrupted } from "./corrupted.ts";
import { DirectoryBlobs } from "./directory-blobs.ts";
import { MemoryBlobs } from "./memory-blobs.ts";
import type { StorageErrorCode } from "./storage.ts";
import { syntheticBlob } from "./synthetic-blob.ts";

const code = (wanted: StorageErrorCode): object => expect.objectContaining({ name: "StorageError", code: wanted });
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

async function* stream(...chunks: readonly (string | Error)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield new TextEncoder().encode(chunk);
  }
}

interface OpenedBlobs extends AsyncDisposable {
  readonly blobs: Blobs;
  readonly folder?: string;
}

const backends: readonly { readonly name: string; readonly open: () => Promise<OpenedBlobs> }[] = [
  { name: "memory", open: async () => ({ blobs: new MemoryBlobs(), [Symbol.asyncDispose]: async () => {} }) },
  {
    name: "directory",
    open: async () => {
      const folder = await temporaryFolder();
      const blobs = await DirectoryBlobs.open(join(folder.path, "blobs"));
      return { blobs, folder: join(folder.path, "blobs"), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
    },
  },
];

describe.each(backends)("$name blobs", ({ open }) => {
  test("name content by its SHA-256 and give it back", async () => {
    await using opened = await open();
    const blob = await opened.blobs.put("abc");
    expect([blob.sha256, blob.size]).toEqual([ABC, 3]);
    expect(await (await opened.blobs.get(ABC))?.bytes()).toEqual(new TextEncoder().encode("abc"));
    expect((await opened.blobs.put(new Uint8Array([97, 98, 99]))).sha256).toBe(ABC);
    expect((await opened.blobs.put("")).size).toBe(0);
    expect(await opened.blobs.get("0".repeat(64))).toBeUndefined();
  });

  test("hand out any part in chunks of at most 256 KiB", async () => {
    await using opened = await open();
    const source = syntheticBlob("s", 1_000_003);
    const blob = await opened.blobs.receive(source.chunks());
    expect(blob.sha256).toBe(source.sha256);
    const whole = await source.bytes();
    for (const [start, end] of [
      [0, 1],
      [262_143, 262_145],
      [5, 900_000],
      [1_000_002, 1_000_003],
      [7, 7],
      [0, 2_000_000],
    ] as const) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of blob.chunks(start, end)) chunks.push(chunk);
      expect(chunks.every((chunk) => chunk.length <= 256 * 1024)).toBe(true);
      expect(Buffer.concat(chunks).equals(whole.subarray(start, end))).toBe(true);
    }
  });

  test("refuse what was not expected and keep nothing of it", async () => {
    await using opened = await open();
    const { blobs } = opened;
    await expect(blobs.receive(stream("abc"), { sha256: "0".repeat(64) })).rejects.toEqual(code("mismatch"));
    await expect(blobs.receive(stream("ab", "c"), { size: 2 })).rejects.toEqual(code("mismatch"));
    await expect(blobs.receive(stream("ab", "c"), { size: 4 })).rejects.toEqual(code("mismatch"));
    await expect(blobs.receive(stream("ab", new Error("reset")), {})).rejects.toThrow("reset");
    expect(await blobs.get(ABC)).toBeUndefined();
    if (opened.folder !== undefined) expect(await readdir(opened.folder)).toEqual([]);
    expect((await blobs.receive(stream("ab", "c"), { sha256: ABC, size: 3 })).sha256).toBe(ABC);
  });

  test("remove", async () => {
    await using opened = await open();
    const { blobs } = opened;
    await blobs.put("abc");
    await blobs.remove(ABC);
    await blobs.remove(ABC);
    expect(await blobs.get(ABC)).toBeUndefined();
  });
});

test("a directory of blobs outlives its process, and half-received content does not", async () => {
  await using folder = await temporaryFolder();
  await (await DirectoryBlobs.open(folder.path)).put("abc");
  await writeFile(join(folder.path, ".understudy-1-0"), "half");
  const again = await DirectoryBlobs.open(folder.path);
  expect((await again.get(ABC))?.size).toBe(3);
  expect(await readdir(folder.path)).toEqual([ABC.slice(0, 2)]);
  expect(await readdir(join(folder.path, ABC.slice(0, 2)))).toEqual([ABC.slice(2)]);
});

test("names that are no hash never reach the file system", async () => {
  await using folder = await temporaryFolder();
  const blobs = await DirectoryBlobs.open(folder.path);
  for (const name of ["", "../../etc/passwd", ABC.toUpperCase(), `${ABC}0`])
    await expect(blobs.get(name)).rejects.toEqual(code("bad-path"));
});

test("a synthetic blob is the same wherever it is read from", async () => {
  const blob = syntheticBlob("seed", 600_000);
  const whole = await blob.bytes();
  const tail: Uint8Array[] = [];
  for await (const chunk of blob.chunks(123_457)) tail.push(chunk);
  expect(Buffer.concat(tail).equals(whole.subarray(123_457))).toBe(true);
  expect(blob.sha256).toBe((await new MemoryBlobs().put(whole)).sha256);
  expect(blob.sha256).toBe("7c5e3e4ef64abb7cb5e4b98b50a7e07da37933d01412fceba09e7c2e369efacd");
  expect(syntheticBlob("other", 600_000).sha256).not.toBe(blob.sha256);
});

test("a corrupted blob differs in one bit and has another name", async () => {
  const blob = syntheticBlob("seed", 600_000);
  const bad = await corrupted(blob, 262_144);
  const [good, flipped] = [await blob.bytes(), await bad.bytes()];
  expect([...good.keys()].filter((at) => good[at] !== flipped[at])).toEqual([262_144]);
  expect((good[262_144] ?? 0) ^ (flipped[262_144] ?? 0)).toBe(1);
  expect(bad.sha256).toBe((await new MemoryBlobs().put(flipped)).sha256);
  await expect(corrupted(blob, 600_000)).rejects.toThrow(RangeError);
});
