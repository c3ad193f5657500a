import fc from "fast-check";
import { expect, test } from "vitest";
import { BUS_NAMES, BUS_TYPES, type BusMessage, busMessage, readBusAnswer } from "./bus-message.ts";
import { type BusFrame, type BusStyle, busProtocol, MAX_BUS_BYTES } from "./bus-protocol.ts";

const message = (): fc.Arbitrary<BusMessage> =>
  fc
    .tuple(fc.constantFrom(...BUS_NAMES), fc.constantFrom(...BUS_NAMES), fc.constantFrom(...BUS_TYPES), fc.jsonValue())
    .map(([from, to, type, data]) => busMessage(from, to, type, JSON.parse(JSON.stringify(data)) as never));

function decode(bytes: Uint8Array, sizes: readonly number[]): readonly BusFrame[] {
  const decoder = busProtocol.decoder();
  const frames: BusFrame[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.byteLength]) {
    frames.push(...decoder.push(bytes.subarray(at, at + size)));
    at = Math.min(bytes.byteLength, at + size);
  }
  return frames;
}

test.each<BusStyle>(["frames", "lines"])("what is written as %s is read again, however it is cut", (style) => {
  fc.assert(
    fc.property(
      fc.array(message(), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }),
      (messages, sizes) => {
        const bytes = Buffer.concat(messages.map((one) => busProtocol.encode({ style, message: one })));
        expect(decode(bytes, sizes)).toEqual(messages.map((one) => ({ style, message: one })));
      },
    ),
  );
});

test("a first brace means lines; lines that are no message are passed over", () => {
  const bytes = Buffer.from('{"from":"x"}\n\nnot json\n{"from":"renderer","to":"core","type":"subsystem_init"}\n');
  expect(decode(bytes, [])).toEqual([
    { style: "lines", message: undefined },
    { style: "lines", message: undefined },
    { style: "lines", message: busMessage("renderer", "core", "subsystem_init") },
  ]);
});

test("the members are written in the original's order, with a length in front", () => {
  const bytes = busProtocol.encode({
    style: "frames",
    message: busMessage("background_job", "renderer", "sync_progress", { percentage: 50 }),
  });
  expect(Buffer.from(bytes.subarray(4)).toString()).toBe(
    '{"from":"background_job","to":"renderer","type":"sync_progress","data":{"percentage":50}}',
  );
  expect(Buffer.from(bytes).readUInt32BE(0)).toBe(bytes.byteLength - 4);
});

test("what has no end is refused", () => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(MAX_BUS_BYTES + 1);
  expect(() => busProtocol.decoder().push(length)).toThrow(/at most/);
  expect(() => busProtocol.decoder().push(Buffer.from(`{${" ".repeat(MAX_BUS_BYTES + 1)}`))).toThrow(/at most/);
});

test("bytes from anywhere are read or refused, never more", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        busProtocol.decoder().push(bytes);
      } catch (error) {
        expect(String(error)).toMatch(/at most/);
      }
    }),
  );
});

test.each([
  ["accept", { question: undefined, choice: "accept", preferredUpdate: undefined }],
  ["error_status", { question: undefined, choice: "error", preferredUpdate: undefined }],
  [
    { id: "update-1", answer: "done" },
    { question: "update-1", choice: "done", preferredUpdate: undefined },
  ],
  [
    { question: "invitation-d1", decision: "accept", preferredUpdate: "2026-01-01" },
    { question: "invitation-d1", choice: "accept", preferredUpdate: "2026-01-01" },
  ],
  [null, undefined],
  [{ id: "x" }, undefined],
])("answers come as words or as objects: %j", (data, answer) => {
  expect(readBusAnswer(data)).toEqual(answer);
});
