import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/storage-backends.ts";
import { instant } from "../time/units.ts";
import { SqliteStorages } from "./sqlite-storage.ts";
import { syntheticBlob } from "./synthetic-blob.ts";

const now = () => instant(1_767_225_600_500);

async function contentsIn(folder: string): Promise<number> {
  const folders = await readdir(`${folder}.blobs`);
  const names = await Promise.all(folders.map((name) => readdir(join(`${folder}.blobs`, name))));
  return names.flat().length;
}

test("what was synced is there after the file is opened again, each device's own", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "data/devices.db");
  const storages = await SqliteStorages.open(file, { now });
  const [one, two] = [storages.of("one"), storages.of("two")];
  await one.write("a", "1");
  await two.place("image", syntheticBlob("image", 300_000));
  await two.link("now", "image");
  await one.sync();
  await two.sync();
  await one.write("a", "unsynced");
  await storages.close();

  const again = await SqliteStorages.open(file, { now });
  expect(await again.of("one").readText("a")).toBe("1");
  expect((await again.of("two").blob("now"))?.sha256).toBe(syntheticBlob("image", 300_000).sha256);
  expect(await again.of("two").stat("image")).toEqual({ kind: "file", size: 300_000, modified: now() });
  expect((await again.of("two").read("image"))?.length).toBe(300_000);
  await again.close();
});

test("a download synced again and again is stored in parts, and never twice", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "devices.db");
  const storages = await SqliteStorages.open(file, { now });
  const blob = syntheticBlob("image", 1_000_000);
  const device = storages.of("one");
  for (let from = 0; from < blob.size; from += 250_000) {
    await device.receive("o", { kind: "stream", chunks: blob.chunks(from, from + 250_000) }, { from });
    await device.sync();
  }
  expect((await device.blob("o"))?.sha256).toBe(blob.sha256);
  expect(await contentsIn(file)).toBe(4);
  await storages.close();
});

test("content that no file uses any more is removed; shared content stays", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "devices.db");
  const storages = await SqliteStorages.open(file, { now });
  const [one, two] = [storages.of("one"), storages.of("two")];
  for (const device of [one, two]) {
    await device.place("image", syntheticBlob("image", 300_000));
    await device.sync();
  }
  expect(await contentsIn(file)).toBe(1);
  await one.remove("image");
  await one.sync();
  expect((await two.read("image"))?.length).toBe(300_000);
  await two.write("image", "small");
  await two.sync();
  await storages.close();
  expect(await contentsIn(file)).toBe(0);
});

test("power that goes while large content is being taken in leaves the file as it was", async () => {
  await using folder = await temporaryFolder();
  const storages = await SqliteStorages.open(join(folder.path, "devices.db"), { now });
  const device = storages.of("one");
  await device.write("a", "old");
  await device.sync();
  await device.place("a", syntheticBlob("image", 300_000));
  const syncing = device.sync();
  await device.cut();
  await syncing;
  expect(await device.readText("a")).toBe("old");
  await storages.close();
});

test("changes made during a slow sync are neither lost nor taken for synced", async () => {
  await using folder = await temporaryFolder();
  const storages = await SqliteStorages.open(join(folder.path, "devices.db"), { now });
  const device = storages.of("one");
  await device.place("a", syntheticBlob("image", 300_000));
  await device.write("b", "1");
  const syncing = device.sync();
  await device.write("b", "2");
  await Promise.all([syncing, device.sync()]);
  await device.write("b", "3");
  await device.cut();
  expect(await device.readText("b")).toBe("2");
  expect((await device.stat("a"))?.size).toBe(300_000);
  await storages.close();
});

test("a second process is refused in clear words", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "devices.db");
  const storages = await SqliteStorages.open(file, { now });
  const second = SqliteStorages.open(file, { now });
  await expect(second).rejects.toMatchObject({ name: "StorageError", code: "in-use" });
  await expect(second).rejects.toThrow("in use by another process");
  await storages.close();
});
