import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DirectoryBlobs } from "../src/storage/directory-blobs.ts";
import { openDirectoryStorage } from "../src/storage/directory-storage.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { SqliteStorages } from "../src/storage/sqlite-storage.ts";
import { syntheticBlob } from "../src/storage/synthetic-blob.ts";
import { openStores } from "../src/store/open-stores.ts";
import { insert, table } from "../src/store/store.ts";
import { VIRTUAL_EPOCH } from "../src/time/units.ts";

const now = () => VIRTUAL_EPOCH;
const full = expect.objectContaining({ code: "full" });
const readOnly = expect.objectContaining({ code: "read-only" });
const notes = table<{ readonly id: number; readonly text: string }>(
  "notes",
  { id: "integer", text: "text" },
  { key: ["id"] },
);

/** A file system of 1 MiB in memory; dispose it. */
class SmallDisk implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "understudy-disk-"));

  constructor() {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "none", this.root], { stdio: "ignore" });
  }

  remount(how: "ro" | "rw"): void {
    execFileSync("/bin/mount", ["-o", `remount,${how}`, this.root]);
  }

  [Symbol.dispose](): void {
    execFileSync("/bin/umount", ["--lazy", this.root]);
    rmdirSync(this.root);
  }
}

/** Whether we may mount file systems. */
function mayMount(): boolean {
  try {
    new SmallDisk()[Symbol.dispose]();
    return true;
  } catch {
    process.stdout.write("skipped: full disks, since no file system can be mounted here\n");
    return false;
  }
}

describe.skipIf(!mayMount())("on a small disk", () => {
  test("a directory keeps what it had when the disk is full, and goes on when there is room", async () => {
    using disk = new SmallDisk();
    const { root } = disk;
    const storage = await openDirectoryStorage(join(root, "device"));
    await storage.write("a", "old");
    await storage.append("log", "line\n");
    await storage.sync();
    await expect(storage.write("a", "x".repeat(2_000_000))).rejects.toEqual(full);
    await expect(storage.append("log", "x".repeat(2_000_000))).rejects.toEqual(full);
    await expect(storage.place("b/c", syntheticBlob("s", 2_000_000))).rejects.toEqual(full);
    expect(await storage.readText("a")).toBe("old");
    expect(await storage.readText("log")).toBe("line\n");
    expect(await storage.list("")).toEqual(["a", "log"]);

    const blob = syntheticBlob("s", 2_000_000);
    await expect(storage.receive("o", { kind: "blob", blob, start: 0, end: blob.size })).rejects.toEqual(full);
    const kept = (await storage.stat("o"))?.size ?? 0;
    expect(kept).toBeGreaterThan(500_000);
    expect((await storage.usage()).free).toBeLessThan(600_000);
    await storage.remove("o");
    await storage.sync();
    await storage.write("a", "new");
    expect(await storage.readText("a")).toBe("new");
    disk.remount("ro");
    await expect(storage.write("a", "newer")).rejects.toEqual(readOnly);
    await expect(storage.remove("a")).rejects.toEqual(readOnly);
    await expect(storage.rename("a", "b")).rejects.toEqual(readOnly);
    await expect(openDirectoryStorage(join(root, "other"))).rejects.toEqual(readOnly);
    await expect(openDirectoryStorage(join(root, "device"), { lock: "lock" })).rejects.toEqual(readOnly);
    disk.remount("rw");
    expect(await storage.readText("a")).toBe("new");
    await storage.close();
  });

  test("blobs that do not fit leave nothing behind", async () => {
    using disk = new SmallDisk();
    const { root } = disk;
    const blobs = await DirectoryBlobs.open(join(root, "blobs"));
    await expect(blobs.receive(syntheticBlob("s", 2_000_000).chunks())).rejects.toEqual(full);
    expect(await readdir(join(root, "blobs"))).toEqual([]);
    expect((await blobs.put("abc")).size).toBe(3);
  });

  test("storages in an SQLite file keep what was synced", async () => {
    using disk = new SmallDisk();
    const { root } = disk;
    const storages = await SqliteStorages.open(join(root, "devices.db"), { now });
    const device = storages.of("one");
    await device.write("a", "old");
    await device.sync();
    for (let at = 0; at < 200; at++) await device.write(`f${at}`, "x".repeat(10_000));
    await expect(device.sync()).rejects.toEqual(full);
    await device.cut();
    expect(await device.list("")).toEqual(["a"]);
    await device.place("a", syntheticBlob("s", 2_000_000));
    await expect(device.sync()).rejects.toEqual(full);
    await device.cut();
    await device.write("b", "fits");
    await device.sync();
    expect(await device.readText("a")).toBe("old");
    await storages.close();
  });

  test("a store keeps what was committed, and says when it may not write", async () => {
    using disk = new SmallDisk();
    const { root } = disk;
    const url = `sqlite:${join(root, "lab.db")}`;
    const stores = await openStores(url);
    const store = await stores.open("lab", [notes]);
    await store.commit([insert(notes, { id: 1, text: "first" })]);
    await expect(store.commit([insert(notes, { id: 2, text: "x".repeat(2_000_000) })])).rejects.toEqual(full);
    expect(await store.find(notes, {}).all([])).toEqual([{ id: 1, text: "first" }]);
    await store.commit([insert(notes, { id: 2, text: "second" })]);
    await stores.close();
    disk.remount("ro");
    await expect(openStores(url)).rejects.toEqual(readOnly);
    await expect(SqliteStorages.open(join(root, "devices.db"), { now })).rejects.toEqual(readOnly);
    disk.remount("rw");
    const again = await openStores(url);
    expect(await (await again.open("lab", [notes])).find(notes, {}).count([])).toBe(2);
    await again.close();
  });
});

test("a storage in memory of limited size is full like a disk", async () => {
  const storage = new MemoryStorage({ now, capacity: 100 });
  await storage.write("a", "x".repeat(60));
  await expect(storage.write("b", "x".repeat(41))).rejects.toEqual(full);
  await storage.write("a", "x".repeat(100));
  await expect(storage.append("a", "x")).rejects.toEqual(full);
  await storage.write("a", "x".repeat(10));
  const blob = syntheticBlob("s", 1_000);
  await expect(storage.receive("o", { kind: "blob", blob, start: 0, end: 1_000 })).rejects.toEqual(full);
  expect((await storage.stat("o"))?.size).toBe(90);
  expect(await storage.usage()).toEqual({ used: 100, free: 0 });
  await storage.remove("a");
  expect(await storage.receive("o", { kind: "blob", blob, start: 90, end: 100 }, { from: 90 })).toBe(100);
});
