import { expect, test } from "vitest";
import { instant } from "../time/units.ts";
import { corrupted } from "./corrupted.ts";
import { MemoryStorage, sharedBase } from "./memory-storage.ts";
import { syntheticBlob } from "./synthetic-blob.ts";

const now = () => instant(1_767_225_600_500);

test("a downloaded blob stays one blob, also when the download came in parts", async () => {
  const storage = new MemoryStorage({ now });
  const blob = syntheticBlob("image", 1_000_000);
  await storage.receive("objects/x", { kind: "blob", blob, start: 0, end: 400_000 });
  expect(
    await storage.receive("objects/x", { kind: "blob", blob, start: 400_000, end: 1_000_000 }, { from: 400_000 }),
  ).toBe(1_000_000);
  expect(await storage.blob("objects/x")).toBe(blob);
});

test("one flipped bit is found", async () => {
  const storage = new MemoryStorage({ now });
  const blob = syntheticBlob("image", 300_000);
  const bad = await corrupted(blob, 299_999);
  await storage.receive("x", { kind: "blob", blob: bad, start: 0, end: 200_000 });
  await storage.receive("x", { kind: "blob", blob: bad, start: 200_000, end: 300_000 }, { from: 200_000 });
  expect((await storage.blob("x"))?.sha256).toBe(bad.sha256);
  expect(bad.sha256).not.toBe(blob.sha256);
});

test("files of the shared base can be read, changed and removed, each storage for itself", async () => {
  const base = sharedBase([
    ["etc/a", "1"],
    ["etc/b", "2"],
    ["now", { link: "etc" }],
  ]);
  const one = new MemoryStorage({ now, base });
  const two = new MemoryStorage({ now, base });
  await one.write("etc/a", "changed");
  await one.remove("etc/b");
  expect(await one.list("etc")).toEqual(["a"]);
  await one.cut();
  expect(await one.list("now")).toEqual(["a", "b"]);
  await one.remove("etc/b");
  await one.sync();
  await one.cut();
  expect(await one.list("now")).toEqual(["a"]);
  expect(await two.readText("now/b")).toBe("2");
});
