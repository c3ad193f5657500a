import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutForbidden } from "./characters.ts";
import { readXml, XML_LIMITS } from "./read.ts";
import { element, type XmlAttribute, type XmlElement, type XmlNode } from "./tree.ts";
import { writeXml, xml } from "./write.ts";

function read(source: string | Uint8Array): XmlElement {
  const reading = readXml(source);
  if (!reading.ok) throw new Error(reading.fault.reason);
  return reading.root;
}

const someName = fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,8}$/);
const someText = fc.string({ unit: "binary" }).map((text) => withoutForbidden(text));
const someAttributes = fc.uniqueArray(fc.tuple(someName, someText), { selector: ([name]) => name, maxLength: 3 });

const someTree: fc.Memo<XmlElement> = fc.memo((depth) =>
  depth <= 1
    ? fc
        .tuple(someName, someText, someAttributes)
        .map(([name, text, attributes]) => element(name, text, attributes as XmlAttribute[]))
    : fc
        .tuple(someName, someAttributes, fc.array(someTree(depth - 1), { maxLength: 4 }))
        .map(([name, attributes, children]) => element(name, children as XmlNode[], attributes as XmlAttribute[])),
);

describe("what is written can be read", () => {
  test("any tree comes back as it was", () => {
    fc.assert(
      fc.property(someTree(4), (tree) => {
        expect(read(writeXml(tree).markup)).toEqual(tree);
      }),
    );
  });

  test("templates escape text and attributes, whatever is in them", () => {
    fc.assert(
      fc.property(someText, someText, (text, value) => {
        expect(read(xml`<a b="${value}">${text}</a>`.markup)).toEqual(element("a", text, [["b", value]]));
      }),
    );
  });

  test("an apostrophe needs no escape, for attributes stand in double quotes", () => {
    expect(xml`<a b="${"it's"}">${"doesn't"}</a>`.markup).toBe(`<a b="it's">doesn't</a>`);
  });

  test("forbidden characters are dropped on the way out", () => {
    expect(read(xml`<a>${"x\u0001\ud800y"}</a>`.markup)).toEqual(element("a", "xy"));
  });
});

test("any bytes at all are read or refused, never thrown", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void readXml(bytes)));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("<", ">", "/", "a", " ", "=", '"', "&", "!", "-", "[", "]", "?", ";")),
      (parts) => void readXml(parts.join("")),
    ),
  );
});

test("white space between elements is dropped, text is kept byte for byte", () => {
  expect(read("<a>\n  <b> x </b>\r\n  <c/>\n</a>")).toEqual(element("a", [element("b", " x "), element("c")]));
  expect(read("<a>1<![CDATA[<&]]>2&#x41;&lt;</a>")).toEqual(element("a", "1<&2A<"));
});

test.each([
  ["a document type", "<!DOCTYPE a><a/>"],
  ["an entity bomb", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ["an unknown entity", "<a>&nbsp;</a>"],
  ["a bare ampersand", "<a>a & b</a>"],
  ["a reference to nothing", "<a>&#0;</a>"],
  ["two roots", "<a/><b/>"],
  ["text behind the root", "<a/>x"],
  ["a wrong end tag", "<a><b></a></b>"],
  ["a missing end tag", "<a><b></b>"],
  ["an attribute twice", '<a b="1" b="2"/>'],
  ["no space between attributes", '<a b="1"c="2"/>'],
  ["an attribute without quotes", "<a b=1/>"],
  ["< in an attribute", '<a b="<"/>'],
  ["]]> in text", "<a>]]></a>"],
  ["a control character", "<a>\u0001</a>"],
  ["an open comment", "<a><!-- x</a>"],
  ["an open CDATA", "<a><![CDATA[x</a>"],
  ["nothing", ""],
  ["no XML", "show system info"],
])("%s is refused", (_, source) => {
  expect(readXml(source).ok).toBe(false);
});

test("bytes that are not UTF-8 are refused", () => {
  expect(readXml(Uint8Array.of(0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e)).ok).toBe(false);
});

test("nesting is bounded", () => {
  const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);
  expect(readXml(nested(XML_LIMITS.depth)).ok).toBe(true);
  expect(readXml(nested(XML_LIMITS.depth + 1)).ok).toBe(false);
});

test("a fragment is a row of siblings", () => {
  const reading = readXml("<a/><b>1</b>", "fragment");
  expect(reading.ok && reading.root.children).toEqual([element("a"), element("b", "1")]);
  expect(readXml("<a/></fragment>", "fragment").ok).toBe(false);
});
