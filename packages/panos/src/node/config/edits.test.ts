import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readXml } from "../../wire/xml/read.ts";
import type { XmlElement } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import { literal } from "../../wire/xpath/ast.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import { select } from "../../wire/xpath/select.ts";
import { cloneAt, deleteAt, editAt, type MovePlace, moveAt, renameAt, setAt } from "./edits.ts";
import type { Edited } from "./refusal.ts";

function xml(source: string, as: "document" | "fragment" = "document"): XmlElement {
  const reading = readXml(source, as);
  if (!reading.ok) throw new Error(reading.fault.reason);
  return reading.root;
}
function path(text: string) {
  const parsed = parseXPath(text);
  if (parsed === undefined) throw new Error(`no XPath: ${text}`);
  return parsed;
}
const text = (edited: Edited) => (edited.kind === "changed" ? writeXml(edited.root).markup : edited);
const set = (root: XmlElement, at: string, element: string) => setAt(root, path(at), xml(element, "fragment").children);

const base =
  xml(`<config><shared><address><entry name="a"><ip-netmask>1.1.1.1</ip-netmask></entry><entry name="b"><fqdn>b</fqdn></entry></address>
<address-group><entry name="g"><static><member>a</member></static></entry></address-group></shared></config>`);

describe("set", () => {
  test("creates the path, merges entries and members, replaces leaves", () => {
    const one = set(xml("<config/>"), "/config/shared/tag/entry[@name='t']", "<color>color1</color>");
    expect(text(one)).toBe(
      '<config><shared><tag><entry name="t"><color>color1</color></entry></tag></shared></config>',
    );
    const two = set(
      base,
      "/config/shared/address",
      '<entry name="a"><ip-netmask>2.2.2.2</ip-netmask><tag><member>x</member></tag></entry><entry name="c"><fqdn>c</fqdn></entry>',
    );
    const written = text(two);
    expect(written).toContain(
      '<entry name="a"><ip-netmask>2.2.2.2</ip-netmask><tag><member>x</member></tag></entry><entry name="b">',
    );
    expect(written).toContain('<entry name="c"><fqdn>c</fqdn></entry></address>');
  });

  test("entries of one name become one, however deep and with set as with edit", () => {
    const doubles = `<tag><entry name="t"><a/></entry><entry name="u"/><entry name="t"><b><entry name="x"/><entry name="x"><c/></entry></b></entry></tag>`;
    const once = `<tag><entry name="t"><a/><b><entry name="x"><c/></entry></b></entry><entry name="u"/></tag>`;
    expect(text(set(xml("<config/>"), "/config/shared", doubles))).toBe(`<config><shared>${once}</shared></config>`);
    expect(text(editAt(xml("<config/>"), path("/config/shared/tag"), xml(doubles)))).toBe(
      `<config><shared>${once}</shared></config>`,
    );
    const deep = `${'<entry name="t">'.repeat(200)}${'</entry><entry name="t"/>'.repeat(200)}`;
    expect(text(set(xml("<config/>"), "/config/tag", deep))).toContain("<tag>");
  });

  test("a second time changes nothing", () => {
    const once = set(base, "/config/shared/address/entry[@name='b']", "<tag><member>x</member></tag>");
    if (once.kind !== "changed") throw new Error("refused");
    expect(text(set(once.root, "/config/shared/address/entry[@name='b']", "<tag><member>x</member></tag>"))).toBe(
      writeXml(once.root).markup,
    );
  });

  test("names are checked", () => {
    const long = "x".repeat(64);
    expect(set(base, "/config/shared/address", `<entry name="${long}"/>`)).toMatchObject({
      refusal: { code: 12, lines: [` ${long} can be at most 63 characters, but current length: 64`] },
    });
    expect(set(base, `/config/shared/address/entry[@name='${long}']`, "<fqdn>x</fqdn>")).toMatchObject({
      refusal: { code: 12 },
    });
    expect(set(base, "/config/shared/address", "<entry/>")).toMatchObject({ refusal: { code: 12 } });
  });

  test("what was set is what is read, whatever the name", () => {
    const someName = fc
      .string({ minLength: 1, maxLength: 60 })
      .filter((name) => readXml(`<a>${writeXml([name]).markup}</a>`).ok && Array.from(name).length <= 63);
    fc.assert(
      fc.property(someName, fc.string(), (name, value) => {
        const at = path(`/config/shared/address/entry[@name=${literal(name)}]`);
        const clean = xml(`<d>${writeXml([value]).markup}</d>`).children;
        const edited = setAt(base, at, [{ name: "description", attributes: [], children: clean }]);
        if (edited.kind !== "changed") throw new Error(JSON.stringify(edited));
        const found = select(edited.root, at);
        expect(found).toHaveLength(1);
        expect(found[0]?.element.children.at(-1)).toEqual({ name: "description", attributes: [], children: clean });
      }),
    );
  });
});

describe("edit", () => {
  test("replaces and creates", () => {
    expect(
      text(
        editAt(base, path("/config/shared/address/entry[@name='a']"), xml('<entry name="a"><fqdn>n</fqdn></entry>')),
      ),
    ).toContain('<entry name="a"><fqdn>n</fqdn></entry><entry name="b">');
    expect(text(editAt(xml("<config/>"), path("/config/shared/tag"), xml("<tag/>")))).toBe(
      "<config><shared><tag/></shared></config>",
    );
  });
  test("wants the name of the last step", () => {
    expect(editAt(base, path("/config/shared/address/entry[@name='a']"), xml('<entry name="b"/>'))).toMatchObject({
      refusal: { code: 12 },
    });
    expect(editAt(base, path("/config/shared/address"), xml("<service/>"))).toMatchObject({ refusal: { code: 12 } });
  });
});

describe("delete", () => {
  test("takes all hits", () => {
    expect(text(deleteAt(base, path("/config/shared/address-group|/config/shared/address/entry[@name='b']")))).toBe(
      '<config><shared><address><entry name="a"><ip-netmask>1.1.1.1</ip-netmask></entry></address></shared></config>',
    );
  });
  test("nothing there is no error, references are", () => {
    expect(deleteAt(base, path("/config/shared/address/entry[@name='z']"))).toEqual({ kind: "absent" });
    expect(deleteAt(base, path("/config/shared/address/entry[@name='a']"))).toMatchObject({
      refusal: { code: 10, lines: ["a cannot be deleted because of references from:", "address-group -> g -> static"] },
    });
  });
});

test("rename carries references along, and minds names that are taken", () => {
  expect(text(renameAt(base, path("/config/shared/address/entry[@name='a']"), "n"))).toContain(
    "<static><member>n</member></static>",
  );
  expect(renameAt(base, path("/config/shared/address/entry[@name='a']"), "b")).toMatchObject({
    refusal: { code: 8, lines: ["'b' already exists"] },
  });
  expect(renameAt(base, path("/config/shared/address/entry[@name='z']"), "b")).toMatchObject({ refusal: { code: 7 } });
});

test("clone copies under a new name", () => {
  const [holder, from] = [path("/config/shared/address"), path("/config/shared/address/entry[@name='a']")];
  expect(text(cloneAt(base, holder, from, "c"))).toContain(
    '<entry name="c"><ip-netmask>1.1.1.1</ip-netmask></entry></address>',
  );
  expect(cloneAt(base, holder, from, "b")).toMatchObject({ refusal: { code: 8 } });
});

describe("move", () => {
  const rules = xml('<config><rules><entry name="1"/><entry name="2"/><entry name="3"/></rules></config>');
  test.each([
    ["3", "top", undefined, "312"],
    ["1", "bottom", undefined, "231"],
    ["3", "before", "2", "132"],
    ["1", "after", "2", "213"],
  ])("%s to the %s of %s", (name, where, target, order) => {
    const edited = moveAt(rules, path(`/config/rules/entry[@name='${name}']`), where as MovePlace, target);
    expect(
      edited.kind === "changed" &&
        select(edited.root, path("/config/rules/entry"))
          .map(({ element }) => element.attributes[0]?.[1])
          .join(""),
    ).toBe(order);
  });
  test.each([
    ["1", "top", undefined, 14],
    ["3", "bottom", undefined, 14],
    ["2", "after", "1", 14],
    ["2", "after", "9", 12],
    ["9", "top", undefined, 7],
  ])("%s cannot go to the %s of %s", (name, where, target, code) => {
    expect(moveAt(rules, path(`/config/rules/entry[@name='${name}']`), where as MovePlace, target)).toMatchObject({
      refusal: { code },
    });
  });
});
