import { expect, test } from "vitest";
import { MemoryBlob } from "../storage/memory-blob.ts";
import {
  blobBody,
  bodyChunks,
  bodyLength,
  exceeds,
  parseJson,
  readBytes,
  readJson,
  readText,
  sliceBody,
  streamBody,
} from "./body.ts";
import { type Body, binary, EMPTY_BODY, json, text } from "./http.ts";

async function* pieces(...parts: string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) yield Buffer.from(part);
}

const LETTERS = "abcdefghij";
const kinds: readonly (readonly [string, () => Body])[] = [
  ["bytes", () => binary(Buffer.from(LETTERS))],
  ["text", () => text(LETTERS)],
  ["blob", () => blobBody(new MemoryBlob(Buffer.from(`>${LETTERS}<`)), 1, 11)],
  ["stream", () => streamBody(pieces("abc", "", "defg", "hij"), 10)],
  ["stream of unknown length", () => streamBody(pieces(LETTERS))],
];

test.each(kinds)("a body of %s is read whole, as text, in part and up to a limit", async (_, make) => {
  expect(Buffer.from(await readBytes(make())).toString()).toBe(LETTERS);
  expect(await readText(make())).toBe(LETTERS);
  expect(bodyLength(make()) ?? 10).toBe(10);
  for (const [start, end] of [
    [0, 10],
    [2, 5],
    [3, 3],
    [8, 99],
  ] as const) {
    expect(await readText(sliceBody(make(), start, end))).toBe(LETTERS.slice(start, end));
    const parts: string[] = [];
    for await (const chunk of bodyChunks(make(), start, end)) parts.push(Buffer.from(chunk).toString());
    expect(parts.join("")).toBe(LETTERS.slice(start, end));
  }
  expect((await readBytes(make(), 10)).byteLength).toBe(10);
  await expect(readBytes(make(), 9)).rejects.toMatchObject({ code: "too-large", details: { limit: 9 } });
});

test("JSON: values pass as they are, texts are parsed, nonsense is malformed", async () => {
  const value = { a: [1, { b: "ü" }] };
  expect(await readJson(json(value))).toBe(value);
  expect(await readJson(text(JSON.stringify(value)))).toEqual(value);
  expect(parseJson({ kind: "bytes", bytes: Buffer.from(`\uFEFF${JSON.stringify(value)}`) })).toEqual(value);
  expect(await readText(json(value))).toBe('{"a":[1,{"b":"ü"}]}');
  for (const bad of [
    text("{"),
    text(""),
    EMPTY_BODY,
    binary(Buffer.from([0x22, 0xc3, 0x28, 0x22])),
    binary(Buffer.from([0xed, 0xa0, 0x80])),
  ]) {
    await expect(readJson(bad)).rejects.toMatchObject({ name: "WireError", code: "malformed", details: { path: "" } });
  }
  await expect(readJson(json(value), 10)).rejects.toMatchObject({ code: "too-large" });
});

test("whether JSON is too large is told exactly, escapes and all", () => {
  for (const value of ["x".repeat(100), "\u0001".repeat(20), "é".repeat(50), { key: [1, 2.5, null, true, "z"] }, []]) {
    const length = Buffer.byteLength(JSON.stringify(value));
    expect([exceeds(json(value), length), exceeds(json(value), length - 1)]).toEqual([false, true]);
  }
});
