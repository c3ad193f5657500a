import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalise, canonicalJson } from "./canonical-json.ts";

const sha = (text: string) => createHash("sha256").update(text).digest("hex");

describe("the vectors of the specification", () => {
  test.each([
    [
      `{"#spec":"pantavisor-service-system@1"}`,
      `{"#spec":"pantavisor-service-system@1"}`,
      "fd138f7751b12a533d8b0e60c32bfae17be25a4206166973135cd7fa1d8b3760",
    ],
    [
      String.raw`{"s":"\b\t\n\f\r\"\\ \u000b\u001f"}`,
      String.raw`{"s":"\b\t\n\f\r\"\\ \u000B\u001F"}`,
      "e3cf3278a805f23f65bd79fdbb88ab66f5220d526da62f128728b4234ee4c840",
    ],
    [
      String.raw`{"\uD83D\uDE00":1,"\uFFFD":2,"z":3,"Z":4,"_":5}`,
      `{"Z":4,"_":5,"z":3,"\uFFFD":2,"\u{1F600}":1}`,
      "f2dc004a46e9dfe95fff8e5cc13f280e95609e0556e8074df69dcafec288dbdc",
    ],
    [
      `{"x":[1e-7,123456.789,1e3,9007199254740993,0.000001,5e-324,1.7976931348623157e308]}`,
      `{"x":[1.0E-7,1.23456789E5,1000,9007199254740992,1.0E-6,5.0E-324,17976931348623157${"0".repeat(292)}]}`,
      "1eac130efe822dfdb574fb4b65889d576be7f55200f360bd36227e746b0e60ee",
    ],
  ])("%s", (input, text, hash) => {
    expect(canonicalJson(JSON.parse(input))).toBe(text);
    expect(sha(canonicalJson(JSON.parse(input)))).toBe(hash);
  });

  test.each([
    [2.5, "2.5E0"],
    [1e21, "1000000000000000000000"],
    [0.1, "1.0E-1"],
    [-0.5, "-5.0E-1"],
    [-0, "0"],
    [1.0, "1"],
    [Number("12345678901234567890"), "12345678901234567000"],
    [-1e22, "-10000000000000000000000"],
  ])("number %d is %s", (number, text) => expect(canonicalJson(number)).toBe(text));

  test("only what must be escaped is escaped", () => {
    expect(canonicalJson("/<&\u007f\u2028é\u001f\u0001\\u001f")).toBe('"/<&\u007f\u2028é\\u001F\\u0001\\\\u001f"');
  });

  test("a lone surrogate becomes the replacement character", () => {
    expect(canonicalJson("a\ud800")).toBe('"a\ufffd"');
  });

  test("an infinity, which JSON texts can hide as 1e999, is refused", () => {
    expect(() => canonicalJson(JSON.parse("[1e999]"))).toThrow(RangeError);
  });
});

describe("canonicalise", () => {
  test("sorts at every level and shares what is sorted already", () => {
    const inner = { a: 1, b: [{ x: 1, y: 2 }] };
    const { value, plain } = canonicalise({ z: inner, a: { d: 1, c: 2 } });
    expect(JSON.stringify(value)).toBe('{"a":{"c":2,"d":1},"z":{"a":1,"b":[{"x":1,"y":2}]}}');
    expect(value.z).toBe(inner);
    expect(plain).toBe(true);
  });

  test.each([
    [{ a: 2.5 }],
    [{ a: 1e21 }],
    [{ a: "\u000b" }],
    [{ 10: 1, 9: 1 }],
    [JSON.parse('{"__proto__":1}')],
    [["\ud800"]],
  ])("%j needs the text form", (value) => expect(canonicalise(value).plain).toBe(false));

  test("a key named __proto__ stays a key", () => {
    const { value } = canonicalise(JSON.parse('{"b":1,"__proto__":{"x":1}}'));
    expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"b":1}');
  });

  test("what is plain is canonical as JSON.stringify writes it, and canonical text is JSON of the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        const text = canonicalJson(given);
        const { value, plain } = canonicalise(given);
        expect(canonicalJson(value)).toBe(text);
        if (plain) expect(JSON.stringify(value)).toBe(text);
        expect(sha(text)).toBe(sha(canonicalJson(given)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
