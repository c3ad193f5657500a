import { once } from "node:events";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Child } from "../../test/child.ts";
import { temporaryFolder } from "../../test/storage-backends.ts";
import { storageError } from "./directory/host-errors.ts";
import { DirectoryBlobs } from "./directory-blobs.ts";
import { openDirectoryStorage } from "./directory-storage.ts";
import type { StorageErrorCode } from "./storage.ts";
import { syntheticBlob } from "./synthetic-blob.ts";

const code = (wanted: StorageErrorCode): object => expect.objectContaining({ name: "StorageError", code: wanted });

test("what others see in the directory is what the storage holds, with modes and links", async () => {
  await using folder = await temporaryFolder();
  const storage = await openDirectoryStorage(folder.path, { mode: 0o600 });
  await storage.write("config/pantahub.config", "x", { mode: 0o640 });
  await storage.write("config/mocker.json", "{}");
  await storage.link("trails/current", "0");
  expect((await stat(join(folder.path, "config/pantahub.config"))).mode & 0o777).toBe(0o640);
  await storage.write("config/pantahub.config", "y");
  expect((await stat(join(folder.path, "config/pantahub.config"))).mode & 0o777).toBe(0o640);
  expect((await stat(join(folder.path, "config/mocker.json"))).mode & 0o777).toBe(0o600);
  await writeFile(join(folder.path, "config/mocker.json"), "[]");
  await symlink("../config", join(folder.path, "trails/0"));
  expect(await storage.readText("config/mocker.json")).toBe("[]");
  const again = await openDirectoryStorage(folder.path);
  expect(await again.readText("trails/current/mocker.json")).toBe("[]");
  expect(storage.hostFolder).toBe(folder.path);
});

test("a start removes what a killed process left half-written, and shows it to nobody", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "a/.understudy-undo"), { recursive: true });
  await writeFile(join(folder.path, "a/.understudy-1-2"), "half");
  await writeFile(join(folder.path, "a/whole"), "x");
  const storage = await openDirectoryStorage(folder.path);
  expect(await storage.list("a")).toEqual(["whole"]);
  expect(await readdir(join(folder.path, "a"))).toEqual(["whole"]);
  await storage.write("a/whole", "y".repeat(100_000));
  await storage.sync();
  await storage.write("a/whole", "z");
  expect(await storage.list("")).toEqual(["a"]);
  await storage.sync();
  expect(await readdir(folder.path)).toEqual(["a"]);
});

test("folders without files go, sockets and the like stay and are not shown", async () => {
  await using folder = await temporaryFolder();
  const storage = await openDirectoryStorage(folder.path);
  const server = createServer().listen(join(folder.path, "socket"));
  await once(server, "listening");
  await storage.write("a/b/c", "x");
  await storage.remove("a/b/c");
  expect(await readdir(folder.path)).toEqual(["socket"]);
  expect(await storage.list("")).toEqual([]);
  expect(await storage.stat("socket")).toBeUndefined();
  server.close();
});

test("a blob of the same disk is shared, and safe from what is done to the file", async () => {
  await using folder = await temporaryFolder();
  const blobs = await DirectoryBlobs.open(join(folder.path, "blobs"));
  const storage = await openDirectoryStorage(join(folder.path, "device"));
  const blob = await blobs.receive(syntheticBlob("image", 400_000).chunks());
  await storage.place("objects/x", blob);
  expect((await stat(join(folder.path, "device/objects/x"))).nlink).toBe(2);
  await storage.append("objects/x", "!");
  await storage.place("objects/y", blob);
  await storage.receive("objects/y", { kind: "text", text: "!" }, { from: 400_000 });
  expect((await storage.stat("objects/y"))?.size).toBe(400_001);
  expect((await (await blobs.get(blob.sha256))?.bytes())?.length).toBe(400_000);
  await storage.place("objects/y", blob);
  await storage.place("objects/y", blob);
  await storage.place("objects/z", blob);
  await storage.rename("objects/y", "objects/z");
  expect(await readdir(join(folder.path, "device/objects"))).toEqual(["x", "z"]);
  await storage.sync();
  await storage.append("objects/z", "!");
  await storage.cut();
  expect((await storage.blob("objects/z"))?.sha256).toBe(blob.sha256);
});

test("a blob that was named by a file is not confused with the file that replaced it", async () => {
  await using folder = await temporaryFolder();
  const storage = await openDirectoryStorage(folder.path);
  await storage.write("x", "old");
  const blob = await storage.blob("x");
  await storage.write("x", "new");
  await expect(blob?.bytes()).rejects.toEqual(code("missing"));
});

test("a second start on the same storage is refused in clear words, until the first one ends", async () => {
  await using folder = await temporaryFolder();
  const options = { lock: "config/mocker.lock" };
  const first = await openDirectoryStorage(folder.path, options);
  await expect(openDirectoryStorage(folder.path, options)).rejects.toEqual(code("in-use"));
  await expect(openDirectoryStorage(folder.path, options)).rejects.toThrow(
    /in use by another process.*Stop that one first/,
  );
  expect(await readFile(join(folder.path, options.lock), "utf8")).toBe("");
  await first.close();
  await (await openDirectoryStorage(folder.path, options)).close();
});

test("the lock of a killed process is free, and that of a living one is not", async () => {
  await using folder = await temporaryFolder();
  const child = new Child(`
    const { openDirectoryStorage } = await source("storage/directory-storage.ts");
    globalThis.storage = await openDirectoryStorage(${JSON.stringify(folder.path)}, { lock: "lock" });
    await say("held");
    setInterval(() => {}, 1000);`);
  expect(await child.line()).toBe("held");
  await expect(openDirectoryStorage(folder.path, { lock: "lock" })).rejects.toEqual(code("in-use"));
  await child.kill();
  await (await openDirectoryStorage(folder.path, { lock: "lock" })).close();
});

test("errors of the host say who must act", () => {
  const failing = (hostCode: string): Error => Object.assign(new Error(`${hostCode}: it says`), { code: hostCode });
  expect(storageError(failing("ENOSPC"), "x")).toEqual(code("full"));
  expect(storageError(failing("EROFS"), "x")).toEqual(code("read-only"));
  expect(storageError(failing("EACCES"), "x")).toEqual(code("read-only"));
  expect(storageError(failing("EIO"), "x")).toEqual(code("failed"));
});
