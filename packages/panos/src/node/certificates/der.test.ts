import fc from "fast-check";
import { expect, test } from "vitest";
import { integer, numberOf, octets, oid, oidOf, readAll, readOne, sequence } from "./der.ts";

test("numbers, identifiers and octets come back as they were written", () => {
  const arc = fc.nat(0xfff_ffff);
  fc.assert(
    fc.property(
      fc.nat(0xffff_ffff),
      fc.array(arc, { maxLength: 6 }),
      fc.uint8Array({ maxLength: 300 }),
      (n, arcs, data) => {
        const dotted = [1, 2, ...arcs].join(".");
        const [number, identifier, content] =
          readAll(readOne(sequence(integer(n), oid(dotted), octets(data)))?.content ?? data) ?? [];
        expect(numberOf(number)).toBe(n);
        expect(oidOf(identifier)).toBe(dotted);
        expect(Buffer.from(content?.content ?? []).equals(data)).toBe(true);
      },
    ),
  );
});

test("any bytes are DER or not, and never an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const all = readAll(bytes);
      if (all !== undefined) expect(Buffer.concat(all.map(({ whole }) => whole)).equals(bytes)).toBe(true);
    }),
  );
});

test.each([[[0x30, 0x80, 0, 0]], [[0x1f, 1, 0]], [[0x30, 5, 0]], [[0x30, 0x85, 0, 0, 0, 0, 0]], [[0x30]]])(
  "%j is none",
  (bytes) => expect(readAll(Uint8Array.from(bytes))).toBeUndefined(),
);
