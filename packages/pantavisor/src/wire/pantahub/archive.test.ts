import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { storedGzip } from "./stored-gzip.ts";
import { tarEnd, tarHeader, tarLength, tarPadding } from "./tar.ts";

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

test("any content comes back from stored gzip", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 })), async (chunks) => {
      expect(gunzipSync(await gathered(storedGzip(each(chunks))))).toEqual(Buffer.concat(chunks));
    }),
  );
  const large = Buffer.alloc(200_000, "x");
  expect(gunzipSync(await gathered(storedGzip(each([large]))))).toEqual(large);
});

test("tar reads our archives", () => {
  const folder = mkdtempSync(join(tmpdir(), "tar-"));
  try {
    const content = Buffer.from("hello\n");
    const parts = [tarHeader("objects/a", content.length, 1_700_000_000_000), content, tarPadding(content.length)];
    expect(Buffer.concat(parts).length).toBe(tarLength(content.length));
    writeFileSync(join(folder, "a.tar"), Buffer.concat([...parts, tarHeader("json", 0, 0), tarEnd()]));
    const run = (...args: readonly string[]) => execFileSync("tar", args, { cwd: folder, encoding: "utf8" });
    expect(run("tf", "a.tar")).toBe("objects/a\njson\n");
    expect(run("xOf", "a.tar", "objects/a")).toBe("hello\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a file beyond eight gigabytes has its size in base 256", () => {
  const header = tarHeader("big", 2 ** 34, 0);
  expect(header[124]).toBe(0x80);
  expect(Buffer.from(header).readBigUInt64BE(128)).toBe(2n ** 34n);
});
