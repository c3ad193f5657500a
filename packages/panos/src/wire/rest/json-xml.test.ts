import type { JsonValue } from "@understudy/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { element } from "../xml/tree.ts";
import { elementOf, jsonOf } from "./json-xml.ts";

const name = fc.constantFrom("ip-netmask", "description", "from", "static", "protocol");
const text = fc.stringMatching(/^[a-z0-9 .:'"&<>/ü-]{1,20}$/);
const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.dictionary(fc.oneof(name, fc.constant("@name")), text, { maxKeys: 3, noNullPrototype: true }),
    fc.dictionary(name, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    fc.record({ member: fc.array(text, { minLength: 1, maxLength: 3 }) }, { noNullPrototype: true }),
    fc.record({ entry: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }) }, { noNullPrototype: true }),
  ),
}));

test("what became an element becomes the same JSON again", () => {
  fc.assert(
    fc.property(tree, (value) => {
      const made = elementOf("entry", value);
      expect(made === undefined ? undefined : jsonOf(made)).toEqual(value);
    }),
  );
});

test("any JSON is an element or none, and never an error", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      elementOf("entry", value as JsonValue); // JSON by its generator
    }),
  );
});

test("rules of the wire", () => {
  expect(jsonOf(element("entry", [element("tag", [element("member", "t")])], [["name", "a"]]))).toEqual({
    "@name": "a",
    tag: { member: ["t"] },
  });
  expect(elementOf("entry", { "bad name": "x" })).toBeUndefined();
  expect(elementOf("entry", ["a", "b"])).toBeUndefined();
});
