import fc from "fast-check";
import { expect, test } from "vitest";
import { packed, unpacked } from "./archive.ts";

const file = fc.record({
  name: fc.stringMatching(/^[a-z]{1,20}(\/[a-z.]{1,20})?$/),
  content: fc.uint8Array({ maxLength: 2000 }),
});

test("what is packed is unpacked again", () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 4 }), (files) => {
      const again = unpacked(packed(files))?.map(({ name, content }) => ({ name, content: new Uint8Array(content) }));
      expect(again).toEqual(files);
    }),
    { numRuns: 50 },
  );
});

test("what is no archive is none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
      expect(unpacked(bytes)).toBeUndefined();
    }),
  );
});
