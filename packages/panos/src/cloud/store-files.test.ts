import { MemoryStores } from "@understudy/kernel";
import { expect, test } from "vitest";
import { filesTable, StoreFiles } from "./store-files.ts";

test("files in tables behave as files do", async () => {
  const files = new StoreFiles(await new MemoryStores().open("panorama", [filesTable as never]));
  expect([await files.read("a"), await files.stat("a")]).toEqual([undefined, undefined]);
  await files.append("a", "one\n");
  await files.append("a", "zwölf\n");
  expect(await files.readText("a")).toBe("one\nzwölf\n");
  expect(await files.stat("a")).toEqual({ size: 11 });
  await files.write("b", "gone");
  await files.rename("a", "b");
  expect([await files.readText("a"), await files.readText("b")]).toEqual([undefined, "one\nzwölf\n"]);
  await files.append("b", "!");
  expect(await files.stat("b")).toEqual({ size: 12 });
  await files.rename("nothing", "b");
  expect(await files.readText("b")).toBeUndefined();
  await files.write("empty", "");
  expect(await files.stat("empty")).toEqual({ size: 0 });
  await files.remove("empty");
  expect(await files.stat("empty")).toBeUndefined();
});
