import { expect, test } from "vitest";
import { EventTextReader } from "./event-text.ts";

const pieces = (text: string, size: number): Uint8Array[] => {
  const bytes = new TextEncoder().encode(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
};

const STREAM =
  ': hi\r\nretry: 1\r\n\r\nid: 7\nevent: gap\ndata: {"é":\ndata: 1}\n\nid: 9\n: alive\n\ndata:x\n\ndata: cut off';

test.each([1, 2, 3, 7, 1000])("a stream in pieces of %i bytes gives the same events", (size) => {
  const reader = new EventTextReader();
  const events = pieces(STREAM, size).flatMap((piece) => reader.push(piece));
  expect(events).toEqual([
    { event: "gap", data: '{"é":\n1}', id: "7" },
    { event: "message", data: "x", id: "9" },
  ]);
  expect(reader.lastId).toBe("9");
});
