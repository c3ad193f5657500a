import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { storageBackends } from "../../test/storage-backends.ts";
import { StorageModel } from "../../test/storage-model.ts";
import { MemoryBlob } from "./memory-blob.ts";
import { type PowerableStorage, StorageError } from "./storage.ts";

const paths = ["a", "b", "a/x", "a/y", "b/x/z", "c"] as const;
const path = fc.constantFrom(...paths);
/** Some contents are larger than what backends keep in memory, or pack. */
const content = fc
  .tuple(fc.constantFrom("1", "2", "~", ""), fc.constantFrom(1, 70_000))
  .map(([text, times]) => text.repeat(times));

type Step =
  | { readonly kind: "write" | "append" | "place"; readonly path: string; readonly content: string }
  | { readonly kind: "receive"; readonly path: string; readonly content: string; readonly from: number }
  | { readonly kind: "rename"; readonly path: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "sync" }
  | { readonly kind: "cut"; readonly kept: readonly string[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("write", "append", "place"), path, content }),
  fc.record({ kind: fc.constant("receive"), path, content, from: fc.constantFrom(0, 1, 65_536, 70_000) }),
  fc.record({ kind: fc.constant("rename"), path, to: path }),
  fc.record({ kind: fc.constant("remove"), path }),
  fc.record({ kind: fc.constant("sync") }),
  fc.record({ kind: fc.constant("cut"), kept: fc.subarray([...paths]) }),
);

async function act(storage: PowerableStorage, step: Step): Promise<string | undefined> {
  try {
    switch (step.kind) {
      case "write":
        await storage.write(step.path, step.content);
        break;
      case "append":
        await storage.append(step.path, step.content);
        break;
      case "place":
        await storage.place(step.path, new MemoryBlob(new TextEncoder().encode(step.content)));
        break;
      case "receive":
        await storage.receive(step.path, { kind: "text", text: step.content }, { from: step.from });
        break;
      case "rename":
        await storage.rename(step.path, step.to);
        break;
      case "remove":
        await storage.remove(step.path);
        break;
      case "sync":
        await storage.sync();
        break;
      case "cut":
        await storage.cut((path) => step.kept.includes(path));
    }
    return undefined;
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

function actOnModel(model: StorageModel, step: Step): string | undefined {
  switch (step.kind) {
    case "write":
    case "place":
      return model.write(step.path, step.content);
    case "append":
      return model.append(step.path, step.content);
    case "receive":
      return model.receive(step.path, step.from, step.content);
    case "rename":
      return model.rename(step.path, step.to);
    case "remove":
      return model.remove(step.path);
    case "sync":
      return model.sync();
    case "cut":
      return model.cut((path) => step.kept.includes(path));
  }
}

/** Every file with its content, by walking the folders. */
async function contentsOf(storage: PowerableStorage, folder = ""): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const name of await storage.list(folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (path === "config") continue;
    const text = await storage.readText(path);
    if (text === undefined) Object.assign(contents, await contentsOf(storage, path));
    else contents[path] = text;
  }
  return contents;
}

const brief = (contents: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(contents).map(([path, text]) => [path, `${text.length}:${text.slice(0, 3)}${text.slice(-3)}`]),
  );

describe.each(storageBackends)("$name storage", ({ name, open }) => {
  test("what comes back wins over a kept file that cannot exist beside it", async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.write("file", "1");
    await storage.write("folder/x", "1");
    await storage.sync();
    await storage.remove("file");
    await storage.write("file/y/z", "2");
    await storage.remove("folder/x");
    await storage.write("folder", "2");
    await storage.cut((path) => path === "file/y/z" || path === "folder");
    expect((await storage.snapshot()).files.map((file) => file.path)).toEqual(["file", "folder/x"]);
    expect(await contentsOf(storage)).toEqual({ file: "1", "folder/x": "1" });
  });

  test("after any changes, syncs and power cuts it holds what it should", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await using opened = await open();
        const model = new StorageModel();
        for (const [at, step] of steps.entries()) {
          expect([at, await act(opened.storage, step)]).toEqual([at, actOnModel(model, step)]);
          expect(brief(await contentsOf(opened.storage))).toEqual(brief(Object.fromEntries(model.current)));
          if (step.kind !== "cut") continue;
          const { files } = await opened.storage.snapshot();
          expect(files.map((file) => file.path)).toEqual([...model.synced.keys()].sort());
        }
        await using other = await open();
        await other.storage.restore(await opened.storage.snapshot());
        expect(brief(await contentsOf(other.storage))).toEqual(brief(Object.fromEntries(model.synced)));
      }),
      { numRuns: { memory: 2_000, directory: 150 }[name] ?? 60 },
    );
  });
});
