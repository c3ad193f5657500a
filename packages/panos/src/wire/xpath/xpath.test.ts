import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readXml } from "../xml/read.ts";
import { attribute, textOf, type XmlElement } from "../xml/tree.ts";
import { literal, wantedName } from "./ast.ts";
import { parseXPath } from "./parse.ts";
import { select } from "./select.ts";

function tree(source: string): XmlElement {
  const reading = readXml(source);
  if (!reading.ok) throw new Error(reading.fault.reason);
  return reading.root;
}

const config = tree(`<config><shared>
  <address><entry name="a"><ip-netmask>10.0.0.1</ip-netmask><tag><member>x</member><member>y</member></tag></entry>
    <entry name="b/c"><fqdn>b.example</fqdn></entry><entry name="it's"><fqdn>q</fqdn></entry></address>
  <service><entry name="a"/></service></shared>
  <devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"><address><entry name="a"/></address></entry></vsys></entry></devices></config>`);

function names(xpath: string): readonly string[] {
  const parsed = parseXPath(xpath);
  if (parsed === undefined) throw new Error(`not an XPath: ${xpath}`);
  return select(config, parsed).map(({ element }) => attribute(element, "name") ?? (textOf(element) || element.name));
}

test.each([
  ["/config", ["config"]],
  ["/config/shared/address", ["address"]],
  ["/config/shared/address/", ["address"]],
  ["/config/shared/address/entry", ["a", "b/c", "it's"]],
  ["/config/shared/address/entry[@name='a']", ["a"]],
  ['/config/shared/address/entry[@name="b/c"]', ["b/c"]],
  [`/config/shared/address/entry[@name=concat('it',"'",'s')]`, ["it's"]],
  ["/config/shared/address/entry[@name='a' or @name='b/c']", ["a", "b/c"]],
  ["/config/shared/address/entry[starts-with(@name, 'b')]", ["b/c"]],
  ["/config/shared/address/entry[contains(@name,'/')]/fqdn", ["b.example"]],
  ["/config/shared/address/entry[2]", ["b/c"]],
  ["/config/shared/address/entry[last()]", ["it's"]],
  ["/config/shared/address/entry[fqdn='q']", ["it's"]],
  ["/config/shared/address/entry[not(fqdn)]", ["a"]],
  ["/config/shared/address/entry[fqdn and @name!='b/c']", ["it's"]],
  ["/config/shared/address/entry[@name='a']/tag/member[text()='y']", ["y"]],
  ["/config/shared/*", ["address", "service"]],
  ["/config/shared/*[name()!='service']", ["address"]],
  ["/config/shared/address|/config/shared/service", ["address", "service"]],
  ["//entry[@name='a']", ["a", "a", "a"]],
  ["/config//address/entry[@name='a']", ["a", "a"]],
  ["/config/nowhere", []],
  ["/other", []],
])("%s", (xpath, expected) => {
  expect(names(xpath)).toEqual(expected);
});

test.each([
  "",
  "config",
  "/config[",
  "/config/entry[@name='a]",
  "/config/entry[@name=]",
  "/config//",
  "/config/a b",
  "/config/entry[1",
  "/a[foo()]",
  "/config/$x",
  "/config/entry['a']",
])("%j is none of the subset", (xpath) => expect(parseXPath(xpath)).toBeUndefined());

test("tails ask for attributes and texts", () => {
  expect(parseXPath("/config/a/@name")?.paths[0]?.tail).toEqual({ kind: "attribute", name: "name" });
  expect(parseXPath("/config/a/text()")?.paths[0]?.tail).toEqual({ kind: "text" });
});

describe("any text", () => {
  test("can be a name in an XPath", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const parsed = parseXPath(`/config/shared/entry[@name=${literal(name)}]/x`);
        const step = parsed?.paths[0]?.steps[2];
        expect(step && wantedName(step)).toBe(name);
      }),
    );
  });

  test("is read or refused, never thrown", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseXPath(text)));
    const pieces = fc.constantFrom(
      "/",
      "//",
      "a",
      "entry",
      "[",
      "]",
      "@name",
      "=",
      "'x'",
      '"',
      "*",
      "(",
      ")",
      "or",
      " ",
      "not(",
      "text()",
      "1",
      "|",
    );
    fc.assert(fc.property(fc.array(pieces), (parts) => void parseXPath(`/config${parts.join("")}`)));
  });
});
